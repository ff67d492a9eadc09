package imapclient

import "time"

// Overdue is what the watchdog would say at a time, nil when no deadline has passed by then.
func (c *Client) Overdue(at time.Time) error {
	if late := c.overdue(at); late != nil {
		return late
	}
	return nil
}
