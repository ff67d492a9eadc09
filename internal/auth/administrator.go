package auth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type administrator struct {
	bun.BaseModel `bun:"table:administrator"`

	ID           int       `bun:"id,pk"`
	PasswordHash string    `bun:"password_hash"`
	ChangedAt    time.Time `bun:"changed_at"`
}

// PrepareAdministrator sees to it that the administrator has a password: the configured one if there is one, else the
// one of an earlier start, else a fresh one, which it returns for the operator to read once. A configured password
// that differs from the earlier one ends all sessions.
func (s *Service) PrepareAdministrator(ctx context.Context, configured string) (generated string, err error) {
	if len(configured) > maxPassword {
		return "", fmt.Errorf("the administrator's password has more than %d bytes", maxPassword)
	}
	known, err := s.administrator(ctx)
	if err != nil {
		return "", err
	}
	if why := weakness(configured); configured != "" && why != "" {
		s.config.Logger.WarnContext(ctx, "the administrator's password is easy to guess: "+why+"; choose a longer one in MAILFERRY_ADMIN_PASSWORD")
	}
	password := configured
	switch {
	case configured == "" && known != nil:
		return "", nil
	case configured == "":
		generated = generatePassword()
		password = generated
	case known != nil:
		if same, err := s.hasher.verify(ctx, known.PasswordHash, configured); err == nil && same {
			return "", nil
		}
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("hash the administrator's password: %w", err)
	}
	row := &administrator{ID: 1, PasswordHash: hash, ChangedAt: s.now()}
	err = s.config.DB.WriteTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").
			Set("password_hash = EXCLUDED.password_hash").Set("changed_at = EXCLUDED.changed_at").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*session)(nil)).Where("1 = 1").Exec(ctx)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("store the administrator's password: %w", err)
	}
	if known != nil {
		s.config.Logger.WarnContext(ctx, "the administrator's password was changed, and all sessions were ended")
	}
	return generated, nil
}

// administrator is nil if none has been prepared.
func (s *Service) administrator(ctx context.Context) (*administrator, error) {
	row := new(administrator)
	err := s.config.DB.NewSelect().Model(row).Where("id = 1").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("read the administrator: %w", err)
	}
	return row, nil
}
