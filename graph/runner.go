package graph

import (
	"context"

	"mailferry/internal/migration"
)

func (r queryResolver) Runner(ctx context.Context) (*migration.RunnerState, error) {
	state, err := r.jobs.Runner(ctx)
	if err != nil {
		return nil, err
	}
	return &state, nil
}
