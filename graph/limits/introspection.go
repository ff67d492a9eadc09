package limits

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	schemaField = "__schema"
	typeField   = "__type"
	// maxTypes is how many times one query may ask for a type by its name.
	maxTypes = 10
	// schemaLists and typeLists are how deep lists of types may nest below __schema and __type. The query of graphql-js,
	// and so of GraphiQL and every code generator, nests none in another.
	schemaLists = 1
	typeLists   = 2
	// costOfSchema and costOfType are about the fields of a usual answer.
	costOfSchema = 10_000
	costOfType   = 500
)

// WithoutDefer is a schema without @defer, which the transports do not speak: half an answer would be taken for the
// whole. Queries that have it are refused like those with any other unknown directive.
func WithoutDefer(schema *ast.Schema) *ast.Schema {
	reduced := *schema
	reduced.Directives = make(map[string]*ast.DirectiveDefinition, len(schema.Directives))
	for name, directive := range schema.Directives {
		if name != "defer" && name != "stream" {
			reduced.Directives[name] = directive
		}
	}
	return &reduced
}

// Introspection lets the playground and code generators read the schema, once for each query and without repeats: the
// schema is small, but it is a graph, and whoever walks it in circles gets an answer of any length. Whoever gets here
// has signed in.
type Introspection struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = Introspection{}

// ExtensionName is the name that the executor knows the guard by.
func (Introspection) ExtensionName() string { return "Introspection" }

// Validate has nothing to find: the guard fits every schema.
func (Introspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses the operation, or lets it pass.
func (Introspection) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	look := introspectionLook{below: make(map[listDepth]string)}
	look.roots(op.Operation.SelectionSet, make(map[*ast.FragmentDefinition]bool))
	switch {
	case look.problem != "":
		return refuse(look.problem)
	case look.schemas > 1:
		return refuse("A query may have " + schemaField + " once.")
	case look.types > maxTypes:
		return refuse(fmt.Sprintf("A query may have %s at most %d times.", typeField, maxTypes))
	}
	op.Stats.SetExtension(introspectionCost, look.schemas*costOfSchema+look.types*costOfType)
	return nil
}

// introspectionCost is the name under which the cost of an operation's introspection is kept with it.
const introspectionCost = "introspectionCost"

// introspectionLook is what an operation asks of the schema.
type introspectionLook struct {
	schemas, types int
	problem        string
	// below remembers fragments that were looked into, with what was wrong with them.
	below map[listDepth]string
}

// listDepth is a fragment at a depth of lists, of which it may have so many more.
type listDepth struct {
	fragment *ast.FragmentDefinition
	left     int
}

func (l *introspectionLook) roots(selections ast.SelectionSet, seen map[*ast.FragmentDefinition]bool) {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			lists := schemaLists
			switch s.Name {
			case schemaField:
				l.schemas++
			case typeField:
				l.types++
				lists = typeLists
			default:
				continue
			}
			if l.problem == "" {
				l.problem = l.inside(s.SelectionSet, lists)
			}
		case *ast.InlineFragment:
			l.roots(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if s.Definition != nil && !seen[s.Definition] {
				seen[s.Definition] = true
				l.roots(s.Definition.SelectionSet, seen)
			}
		}
	}
}

// inside says what is wrong with selections below which so many more lists of types may nest; "" if nothing is.
func (l *introspectionLook) inside(selections ast.SelectionSet, lists int) string {
	for _, selection := range selections {
		problem := ""
		switch s := selection.(type) {
		case *ast.Field:
			left := lists
			switch s.Name {
			case "fields", "inputFields", "interfaces", "possibleTypes", "enumValues":
				left--
			}
			switch {
			case s.Alias != "" && s.Alias != s.Name:
				problem = fmt.Sprintf("Fields below %s and %s cannot have aliases.", schemaField, typeField)
			case left < 0:
				problem = fmt.Sprintf("%s nests too deep below %s or %s. Ask for the types that it names by %s.", s.Name, schemaField, typeField, typeField)
			default:
				problem = l.inside(s.SelectionSet, left)
			}
		case *ast.InlineFragment:
			problem = l.inside(s.SelectionSet, lists)
		case *ast.FragmentSpread:
			problem = l.fragment(s.Definition, lists)
		}
		if problem != "" {
			return problem
		}
	}
	return ""
}

func (l *introspectionLook) fragment(fragment *ast.FragmentDefinition, lists int) string {
	if fragment == nil {
		return ""
	}
	at := listDepth{fragment, lists}
	problem, known := l.below[at]
	if !known {
		l.below[at] = "" // Fragments are no cycles; validation has seen to it.
		problem = l.inside(fragment.SelectionSet, lists)
		l.below[at] = problem
	}
	return problem
}
