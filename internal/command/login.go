package command

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Login makes a profile: a server and a token for it, which further commands use.
type Login struct {
	URL       string `arg:"" default:"${server}" help:"The server, as https://mailferry.example.org." optional:""`
	Profile   string `help:"A name for it; without one the host's." placeholder:"NAME"`
	ClearText bool   `help:"Send the token to a server elsewhere without TLS, now and later."`
}

// Help says where the token comes from.
func (*Login) Help() string {
	return "The token is asked for, or read from standard input. Make one where the server runs:\n\n" +
		"  mailferry token create NAME | mailferry login http://127.0.0.1:8080\n\n" +
		"It is kept in mailferry/profiles.json in your configuration folder, which nobody else can read. " +
		"MAILFERRY_URL and MAILFERRY_API_TOKEN in the environment win over it."
}

// Run asks for a token, has the server look at it and keeps it.
func (c *Login) Run(ctx context.Context, con Console) error {
	kept, err := readProfiles(con)
	if err != nil {
		return err
	}
	address, err := serverURL(c.URL)
	if err != nil {
		return err
	}
	name := c.Profile
	if name == "" {
		parsed, err := url.Parse(address)
		if err != nil {
			return err
		}
		name = parsed.Host
	}
	if err := safe(address, c.ClearText, "the token"); err != nil {
		return err
	}
	token, err := readSecret(ctx, con, "API token for "+address+" (not shown): ")
	if err != nil {
		return err
	}
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return exitf(ExitUsage, "that is no token: it is one word, as mailferry token create NAME prints it")
	}
	s := newServer(address, token)
	s.origin = "that you gave"
	if err := s.do(ctx, `{ runner { slots } }`, nil, nil); err != nil {
		return err
	}
	kept.Profiles[name], kept.Current = profile{URL: address, Token: token, ClearText: c.ClearText}, name
	if err := kept.write(); err != nil {
		return err
	}
	out := newScreen(con)
	out.printf("logged in to %s as profile %s, kept in %s\n", address, name, kept.path)
	for _, variable := range []string{"MAILFERRY_URL", "MAILFERRY_API_TOKEN"} {
		if con.Getenv(variable) != "" {
			out.printf("%s is set in the environment and wins over it\n", variable)
		}
	}
	return out.flush()
}

// Logout forgets a profile.
type Logout struct {
	Profile string `arg:"" help:"The profile; without one the current." optional:""`
}

// Run removes the profile from the file. The token stays good until it is revoked.
func (c *Logout) Run(con Console) error {
	kept, err := readProfiles(con)
	if err != nil {
		return err
	}
	name, gone, err := kept.get(c.Profile)
	if err != nil {
		return err
	}
	delete(kept.Profiles, name)
	if kept.Current == name {
		kept.Current = ""
		if len(kept.Profiles) == 1 {
			kept.Current = slices.Collect(maps.Keys(kept.Profiles))[0]
		}
	}
	if err := kept.write(); err != nil {
		return err
	}
	out := newScreen(con)
	out.printf("profile %s is forgotten; its token is good until it is revoked on %s (mailferry token revoke)\n", name, gone.URL)
	if kept.Current != "" {
		out.printf("the current profile is %s\n", kept.Current)
	}
	return out.flush()
}

// Profile is what can be done about profiles.
type Profile struct {
	List ProfileList `cmd:"" help:"List the profiles, without their tokens."`
	Use  ProfileUse  `cmd:"" help:"Make a profile the current one."`
}

// ProfileList lists the profiles.
type ProfileList struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Run prints the profiles without their tokens.
func (c *ProfileList) Run(con Console) error {
	kept, err := readProfiles(con)
	if err != nil {
		return err
	}
	type listed struct {
		Name    string `json:"name"`
		URL     string `json:"url"`
		Current bool   `json:"current"`
	}
	list := []listed{}
	for _, name := range slices.Sorted(maps.Keys(kept.Profiles)) {
		list = append(list, listed{name, kept.Profiles[name].URL, name == kept.Current})
	}
	out := newScreen(con)
	if c.JSON {
		return out.json(list)
	}
	t := table{columns: []column{{title: "NAME"}, {title: "SERVER"}, {}}}
	for _, p := range list {
		current := ""
		if p.Current {
			current = "current"
		}
		t.add(cell{text: p.Name}, cell{text: p.URL}, cell{current, green})
	}
	t.write(out)
	return out.flush()
}

// ProfileUse chooses a profile.
type ProfileUse struct {
	Name string `arg:"" help:"The profile."`
}

// Run makes the profile the current one.
func (c *ProfileUse) Run(con Console) error {
	kept, err := readProfiles(con)
	if err != nil {
		return err
	}
	name, chosen, err := kept.get(c.Name)
	if err != nil {
		return err
	}
	kept.Current = name
	if err := kept.write(); err != nil {
		return err
	}
	out := newScreen(con)
	out.printf("the current profile is %s (%s)\n", name, chosen.URL)
	return out.flush()
}
