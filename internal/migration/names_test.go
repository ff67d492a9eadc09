package migration_test

import (
	"errors"
	"testing"

	"mailferry/internal/migration"
	databasetest "mailferry/internal/testkit/database"
)

func TestNamesAndUsersHaveNoSignsThatTurnOrHideText(t *testing.T) {
	t.Parallel()
	h := newHarness(t, databasetest.Open(t, databasetest.SQLite(t)))
	for _, sign := range []string{"\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\ufeff", "\x1b", "\a", "\u009b"} {
		wish := input("lines 1")
		wish.Name = "Emma" + sign + "s mail"
		job, err := h.CreateJob(t.Context(), wish)
		if err != nil || job.Name != "Emmas mail" {
			t.Errorf("%q in a name: %+v, %v", sign, job, err)
		}
		for _, side := range []string{"source", "destination"} {
			wish := input("lines 1")
			if side == "source" {
				wish.Source.User += sign
			} else {
				wish.Destination.User = sign + "emma"
			}
			refused := new(migration.Error)
			if _, err := h.CreateJob(t.Context(), wish); !errors.As(err, &refused) || refused.Field != side+".user" {
				t.Errorf("%q in the user of the %s: %v", sign, side, err)
			}
		}
	}
	wish := input("lines 1")
	wish.Name = "نامه\u200cها 👩‍💻 Bücher"
	if job, err := h.CreateJob(t.Context(), wish); err != nil || job.Name != wish.Name {
		t.Errorf("a name with joiners: %+v, %v", job, err)
	}
	wish.Name = "\u200b\u202e"
	if _, err := h.CreateJob(t.Context(), wish); err == nil {
		t.Error("a name that nobody sees is taken")
	}
}
