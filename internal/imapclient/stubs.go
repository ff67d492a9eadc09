package imapclient

import (
	"context"
	"errors"
	"github.com/emersion/go-sasl"
	"strings"
	"time"
)

type existsEvent struct{ count uint32 }
type flagsEvent struct{ flags []string }
type statusEvent struct {
	code     Code
	codeText string
}
type listEvent struct {
	verb  string
	entry *ListEntry
}
type searchEvent struct{ numbers []uint32 }
type enabledEvent []string
type idEvent map[string]string
type quotaRootEvent struct{}
type fetch struct{}

func equalFold(a, b string) bool                 { return strings.EqualFold(a, b) }
func containsFold(l []string, b string) bool     { return false }
func parseUint32(s string) uint32                { return 0 }
func parseUint64(s string) uint64                { return 0 }
func parseFlagList(s string) []string            { return nil }
func parseAppendUID(s string, n int) AppendData  { return AppendData{} }
func printableASCII(s string) bool               { return true }
func validFlag(s string) bool                    { return true }
func decodeUTF7(s string) string                 { return s }
func encodeUTF7(s string) string                 { return s }
func parseInternalDate(string) (time.Time, bool) { return time.Time{}, false }
func tooManyConnections(error) bool              { return false }
func overQuota(error) bool                       { return false }
func throttled(error) bool                       { return false }
func temporary(error) bool                       { return false }
func retryAfter(error) (time.Duration, bool)     { return 0, false }
func (c *Client) login(ctx context.Context, user, password string) error {
	return errors.ErrUnsupported
}
func (c *Client) loginToken(ctx context.Context, user, token string) error {
	return errors.ErrUnsupported
}
func (c *Client) authenticate(ctx context.Context, m sasl.Client) error { return errors.ErrUnsupported }
func (c *Client) fetchCommand(verb string, set Set, o FetchOptions) *Command[FetchData] {
	return doneCommand[FetchData](c, verb, errors.ErrUnsupported)
}
func (c *Client) enqueue(cmd *command) {}
