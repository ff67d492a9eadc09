// Package batchreport writes the closing report of a move: what became of each mailbox,
// for the administrator who moved them and for whoever asked for it.
//
// There are three files. [Mailboxes] is a table with one line per mailbox and [Missing] one
// with a line per message that did not arrive, both as CSV, so that each opens in a
// spreadsheet with filters and sums as it is. [JSON] holds both and the totals, for
// programs. All three are written as the jobs come, so that their length costs no memory;
// nothing is read, opened or kept.
//
// Names of folders, subjects and answers of servers were written by strangers. In CSV, a
// cell that a spreadsheet would take for a formula is put behind an apostrophe.
package batchreport
