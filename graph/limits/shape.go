package limits

import (
	"context"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Shape refuses operations that nest too deep, that fragments blow up beyond all measure, mutations of more than one
// field, and more than one subscription. It must come before anything else that walks through fragments, such as
// [Cost]: each fragment that spreads the next one twice doubles their way.
type Shape struct {
	// Depth is how many levels an operation may nest, and Fields how many it may have with its fragments written out.
	Depth, Fields int
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = Shape{}

// ExtensionName is the name that the executor knows the guard by.
func (Shape) ExtensionName() string { return "Shape" }

// Validate has nothing to find: the guard fits every schema.
func (Shape) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses the operation, or lets it pass.
func (s Shape) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	fragments := make(measures)
	whole := fragments.of(op.Operation.SelectionSet)
	switch {
	case whole.depth > s.Depth:
		return refuse(fmt.Sprintf("The query nests deeper than %d levels.", s.Depth))
	case whole.fields > s.Fields:
		return refuse(fmt.Sprintf("The query asks for too much at once: with its fragments written out it has more than %d fields. "+
			"Ask for fewer fields.", s.Fields))
	case op.Operation.Operation != ast.Query && whole.roots > 1:
		return refuse("One request may carry one mutation or subscription.")
	}
	return nil
}

// measure is the extent of a selection with all its fragments written out.
type measure struct {
	fields int // fields on all levels; never more than math.MaxInt32
	roots  int // fields on the first level; never more than math.MaxInt32
	depth  int // levels
}

// measures are those of the fragments met so far, each measured once. Validation has made sure that they do not go
// round in a circle.
type measures map[*ast.FragmentDefinition]measure

func (m measures) of(set ast.SelectionSet) measure {
	var whole measure
	for _, selection := range set {
		var part measure
		switch s := selection.(type) {
		case *ast.Field:
			below := m.of(s.SelectionSet)
			part = measure{fields: below.fields + 1, roots: 1, depth: below.depth + 1}
		case *ast.InlineFragment:
			part = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition == nil {
				continue
			}
			known, ok := m[s.Definition]
			if !ok {
				known = m.of(s.Definition.SelectionSet)
				m[s.Definition] = known
			}
			part = known
		}
		whole.fields = min(whole.fields+part.fields, math.MaxInt32)
		whole.roots = min(whole.roots+part.roots, math.MaxInt32)
		whole.depth = max(whole.depth, part.depth)
	}
	return whole
}
