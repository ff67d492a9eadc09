package graph

import (
	"context"

	"mailferry/internal/imapsync"
)

type syncOptionsResolver struct{}

func (syncOptionsResolver) UnderFolder(_ context.Context, options *imapsync.Options) (*string, error) {
	return optional(options.UnderFolder), nil
}

func (syncOptionsResolver) SyncFlags(_ context.Context, options *imapsync.Options) (bool, error) {
	return orDefault(options.SyncFlags, true), nil
}
