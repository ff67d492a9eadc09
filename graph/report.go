package graph

import (
	"context"

	"mailferry/internal/imapsync"
)

type missingMessageResolver struct{}

func (missingMessageResolver) UID(_ context.Context, m *imapsync.MissingMessage) (*int64, error) {
	return optional(int64(m.UID)), nil
}

func (missingMessageResolver) Date(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Date), nil
}

func (missingMessageResolver) Subject(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Subject), nil
}

func (missingMessageResolver) Size(_ context.Context, m *imapsync.MissingMessage) (*int64, error) {
	return optional(m.Size), nil
}

func (missingMessageResolver) Reason(_ context.Context, m *imapsync.MissingMessage) (*string, error) {
	return optional(m.Reason), nil
}
