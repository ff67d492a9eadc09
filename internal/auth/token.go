package auth

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mailferry/internal/database"
)

const (
	// tokenPrefix lets people and scanners of leaked secrets recognise a token.
	tokenPrefix = "mailferry_"
	// maxToken bounds what is hashed and looked up, in bytes.
	maxToken = 512
	// usePause is the least time between two notes of a token's last use.
	usePause = time.Minute
)

// Token is an API token, without its secret, which is stored nowhere.
type Token struct {
	bun.BaseModel `bun:"table:api_tokens,alias:token"`

	ID   int64  `bun:"id,pk,autoincrement"`
	Name string `bun:"name"`
	// TokenHash is the SHA-256 of the secret in base64.
	TokenHash string `bun:"token_hash"`
	// ReadOnly tokens may read jobs and logs and change nothing.
	ReadOnly  bool      `bun:"read_only"`
	CreatedAt time.Time `bun:"created_at"`
	// LastUsedAt is up to a minute behind; nil for a token that was never used.
	LastUsedAt *time.Time `bun:"last_used_at"`
}

// Errors of the functions below that an operator can mend.
var (
	ErrTokenName    = errors.New("a token's name has 1 to 100 characters, without control characters")
	ErrTokenExists  = errors.New("there is a token of this name already")
	ErrTokenUnknown = errors.New("there is no token of this name or id")
)

// CreateToken makes a token and returns it with its secret, which cannot be had again. The server may be running.
func CreateToken(ctx context.Context, db *database.DB, now time.Time, name string, readOnly bool) (token *Token, secret string, err error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 100 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return nil, "", ErrTokenName
	}
	random := make([]byte, 32)
	rand.Read(random) // It never fails: see crypto/rand.Read.
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	token = &Token{Name: name, TokenHash: tokenHash(secret), ReadOnly: readOnly, CreatedAt: now.UTC().Truncate(time.Microsecond)}
	err = db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
		return db.NewInsert().Model(token).On("CONFLICT (name) DO NOTHING").Returning("id").Scan(ctx)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, "", fmt.Errorf("create token %q: %w", name, ErrTokenExists)
	case err != nil:
		return nil, "", fmt.Errorf("create token %q: %w", name, err)
	}
	return token, secret, nil
}

// ListTokens returns all tokens, oldest first.
func ListTokens(ctx context.Context, db *database.DB) ([]Token, error) {
	var tokens []Token
	if err := db.NewSelect().Model(&tokens).OrderExpr("id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// RevokeToken deletes the token of this name, or of this id if no name fits. A running server refuses it at once, and
// closes the sockets that were opened with it within seconds.
func RevokeToken(ctx context.Context, db *database.DB, nameOrID string) (*Token, error) {
	token := new(Token)
	err := db.NewSelect().Model(token).Where("name = ?", nameOrID).Scan(ctx)
	if id, notID := strconv.ParseInt(nameOrID, 10, 64); errors.Is(err, sql.ErrNoRows) && notID == nil {
		err = db.NewSelect().Model(token).Where("id = ?", id).Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("revoke token %q: %w", nameOrID, ErrTokenUnknown)
	}
	if err == nil {
		err = db.Write(ctx, func(ctx context.Context, db bun.IDB) error {
			_, err := db.NewDelete().Model(token).WherePK().Exec(ctx)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("revoke token %q: %w", nameOrID, err)
	}
	return token, nil
}

// byToken finds the bearer of a token.
func (s *Service) byToken(ctx context.Context, secret string) (Principal, bool, error) {
	if secret == "" || len(secret) > maxToken {
		return Principal{}, false, nil
	}
	hash := tokenHash(secret)
	if s.configuredToken != "" && equal(hash, s.configuredToken) {
		return Principal{Name: "MAILFERRY_API_TOKEN"}, true, nil
	}
	token := new(Token)
	// The comparison of hashes by the database tells nothing: nobody can choose a hash.
	err := s.config.DB.NewSelect().Model(token).Where("token_hash = ?", hash).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Principal{}, false, nil
	}
	if err != nil {
		return Principal{}, false, fmt.Errorf("look up token: %w", err)
	}
	if now := s.now(); token.LastUsedAt == nil || now.Sub(*token.LastUsedAt) >= usePause {
		err := s.config.DB.Write(ctx, func(ctx context.Context, db bun.IDB) error {
			_, err := db.NewUpdate().Model(token).Set("last_used_at = ?", now).WherePK().Exec(ctx)
			return err
		})
		if err != nil {
			s.config.Logger.WarnContext(ctx, "last use of a token cannot be stored", keyToken, token.Name, keyError, err)
		}
	}
	return Principal{
		Name: token.Name, ReadOnly: token.ReadOnly, credential: tokenCredential + strconv.FormatInt(token.ID, 10),
	}, true, nil
}
