package command

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// CompleteCommand is the word before the words of a command line that a shell wants completed. It is for the shells' scripts and
// not listed in the help.
const CompleteCommand = "complete-words"

// Completion prints a script that completes mailferry's command line.
type Completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says where the script goes.
func (*Completion) Help() string {
	return "The script asks mailferry itself, so that it stays as it is when there are new commands. " +
		"Ids of jobs and batches are asked of the server. Where it goes:\n\n" +
		"  bash   echo 'eval \"$(mailferry completion bash)\"' >> ~/.bashrc\n" +
		"  zsh    echo 'eval \"$(mailferry completion zsh)\"' >> ~/.zshrc, below compinit\n" +
		"  fish   mailferry completion fish > ~/.config/fish/completions/mailferry.fish"
}

// Run prints the script.
func (c *Completion) Run(con Console) error {
	out := newScreen(con)
	out.printf("%s", map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell])
	return out.flush()
}

// Where mailferry knows nothing, all three complete the names of files.
const bashCompletion = `# bash completion of mailferry
_mailferry() {
    local IFS=$'\n' word
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        COMPREPLY+=("$word")
    done < <("${COMP_WORDS[0]}" complete-words "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _mailferry mailferry
`

const zshCompletion = `#compdef mailferry
_mailferry() {
    local -a lines found
    local line
    lines=("${(@f)$("${words[1]}" complete-words "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe mailferry found
    else
        _files
    fi
}
compdef _mailferry mailferry
`

const fishCompletion = `# fish completion of mailferry
function __mailferry_complete
    set -l last (commandline -ct)
    set -l words (commandline -opc) "$last"
    set -g __mailferry_found ($words[1] complete-words $words[2..-1] 2>/dev/null)
    test (count $__mailferry_found) -gt 0
end
complete -c mailferry -n __mailferry_complete -f -a '(printf "%s\n" $__mailferry_found)'
`

// completer finds what may stand for the last of the words.
type completer struct {
	node *kong.Node
	// syncOptions are the engine's, which are not in the model.
	syncOptions []string
	// lookUp gives ids of jobs ("job") or batches ("batch") with what to say of them.
	lookUp func(kind string) [][2]string

	used       map[string]bool
	positional int
	// value is the flag whose value the last word is, nil if none.
	value *kong.Flag
	// rest says that no options follow.
	rest bool
	// unknown says that a word before means nothing here.
	unknown bool
}

// Complete prints what may stand for the last of the words, which are those after mailferry up to where somebody types: one
// possibility a line, with a tab and a short help after it.
func Complete(ctx context.Context, model *kong.Node, con Console, words, syncOptions []string) {
	c := &completer{node: model, syncOptions: syncOptions, used: map[string]bool{}, lookUp: func(kind string) [][2]string {
		return lookUp(ctx, con, kind)
	}}
	for _, found := range c.complete(words) {
		fmt.Fprintf(con.Out, "%s\t%s\n", found[0], harmless(found[1], false))
	}
}

// complete goes through the words. bash gives --flag=value as three of them.
func (c *completer) complete(words []string) (found [][2]string) {
	if len(words) == 0 {
		words = []string{""}
	}
	if words[0] == "help" && len(words) > 1 {
		words = words[1:]
	}
	joined := slices.Clone(words[:1])
	inValue := false
	for i, word := range words[1:] {
		last := joined[len(joined)-1]
		switch {
		case word == "=" && strings.HasPrefix(last, "--"):
			joined[len(joined)-1], inValue = last+"=", true
		case inValue && words[i] == "=":
			joined[len(joined)-1] = last + word
		default:
			joined, inValue = append(joined, word), false
		}
	}
	typed := joined[len(joined)-1]
	for _, word := range joined[:len(joined)-1] {
		c.take(word)
	}
	if c.unknown {
		return nil
	}
	prefix := typed
	var all [][2]string
	name, value, bound := strings.Cut(typed, "=")
	switch {
	case c.value != nil:
		all = values(c.value.Value)
	case !c.rest && bound && strings.HasPrefix(name, "--"):
		flag := c.flag(name)
		if flag == nil {
			return nil
		}
		prefix = value
		for _, v := range values(flag.Value) {
			if inValue {
				all = append(all, v)
			} else {
				all = append(all, [2]string{name + "=" + v[0], v[1]})
			}
		}
		if !inValue {
			prefix = typed
		}
	case !c.rest && strings.HasPrefix(typed, "-"):
		all = c.flags()
	default:
		all = c.words()
	}
	for _, one := range all {
		if strings.HasPrefix(one[0], prefix) {
			found = append(found, one)
		}
	}
	return found
}

// take goes past a word that is complete.
func (c *completer) take(word string) {
	if c.value != nil {
		c.value = nil
		return
	}
	if word == "--" {
		c.rest = true
		return
	}
	if !c.rest && strings.HasPrefix(word, "-") && word != "-" {
		name, _, bound := strings.Cut(word, "=")
		flag := c.flag(name)
		c.used[name] = true
		if flag != nil && !bound && !flag.IsBool() && !flag.IsCounter() {
			c.value = flag
		}
		return
	}
	for _, child := range c.node.Children {
		if child.Name == word || slices.Contains(child.Aliases, word) {
			c.node, c.positional = child, 0
			return
		}
	}
	if len(c.node.Children) > 0 {
		c.unknown = true
	}
	c.positional++
}

// all are the flags that may stand here, those of the commands above included. The server's may be given without its name.
func (c *completer) all() (flags []*kong.Flag) {
	for node := c.node; node != nil; node = node.Parent {
		flags = append(flags, node.Flags...)
	}
	if c.node.DefaultCmd != nil {
		flags = append(flags, c.node.DefaultCmd.Flags...)
	}
	return flags
}

func (c *completer) flag(name string) *kong.Flag {
	for _, flag := range c.all() {
		if name == "--"+flag.Name || flag.Short != 0 && name == "-"+string(flag.Short) {
			return flag
		}
	}
	return nil
}

func (c *completer) flags() (found [][2]string) {
	if c.node.Passthrough || c.node.Name == "sync" {
		for _, option := range c.syncOptions {
			found = append(found, [2]string{option, ""})
		}
		return found
	}
	for _, flag := range c.all() {
		if flag.Hidden || c.used["--"+flag.Name] && !flag.IsSlice() {
			continue
		}
		found = append(found, [2]string{"--" + flag.Name, flag.Help})
		if flag.Tag.Negatable != "" {
			found = append(found, [2]string{"--no-" + flag.Name, flag.Help})
		}
	}
	return found
}

// words are commands, or what the next argument takes.
func (c *completer) words() (found [][2]string) {
	for _, child := range c.node.Children {
		if !child.Hidden {
			found = append(found, [2]string{child.Name, child.Help})
		}
	}
	if len(c.node.Positional) == 0 {
		return found
	}
	at := c.node.Positional[min(c.positional, len(c.node.Positional)-1)]
	if c.positional >= len(c.node.Positional) && !at.IsSlice() {
		return found
	}
	if at.Name == "job" || at.Name == "batch" {
		return c.lookUp(at.Name)
	}
	return values(at)
}

// values are those that a flag or an argument takes, where they can be listed.
func values(value *kong.Value) (found [][2]string) {
	listed := value.EnumSlice()
	if _, ok := reflect.TypeAssert[[]jobStatus](value.Target); ok {
		listed = strings.Split(strings.ToLower(strings.Join(jobStatuses(), ",")), ",")
	}
	for _, one := range listed {
		if one != "" {
			found = append(found, [2]string{one, ""})
		}
	}
	return found
}

// lookUpTime is how long somebody who presses Tab waits for the server at most.
const lookUpTime = time.Second

// lookUp asks the server for the newest jobs or batches; nothing if it does not answer.
func lookUp(ctx context.Context, con Console, kind string) (found [][2]string) {
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	s, err := new(Remote).connect(con)
	if err != nil {
		return nil
	}
	if kind == "batch" {
		batches, err := s.listBatches(ctx, pageSize)
		if err != nil {
			return nil
		}
		for _, b := range batches {
			found = append(found, [2]string{b.is.ID, b.is.Name + ", " + b.is.state()})
		}
		return found
	}
	jobs, err := s.listJobs(ctx, nil, pageSize)
	if err != nil {
		return nil
	}
	for _, j := range jobs {
		found = append(found, [2]string{j.is.ID, j.is.Name + ", " + j.is.Status})
	}
	return found
}

// UnknownCommand says what is meant by a word that is no command, "" where it is one. Without it the server's command, which may
// be left out, would be the one to complain.
func UnknownCommand(model *kong.Node, word string) string {
	var names []string
	for _, child := range model.Children {
		if child.Hidden {
			continue
		}
		names = append(append(names, child.Name), child.Aliases...)
	}
	if strings.HasPrefix(word, "-") || slices.Contains(names, word) {
		return ""
	}
	sentence := "there is no command " + word
	if near := nearest(word, names); near != "" {
		sentence += ": did you mean " + near + "?"
	}
	return sentence
}

// Help prints the help of a command; main does it before the command line is parsed. It is here to be listed.
type Help struct {
	Command []string `arg:"" help:"The command; without one all are listed." optional:"" passthrough:""`
}
