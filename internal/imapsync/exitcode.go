package imapsync

import "fmt"

// Exit codes of imapsync 2.229; the built-in engine uses the same. ExitTempFail is the built-in engine's own: a host has asked
// for a pause that is too long to be waited out, see Waiting.
const (
	ExitOK                         = 0
	ExitCatchAll                   = 1
	ExitBySignal                   = 6
	ExitByFile                     = 7
	ExitPIDFileError               = 8
	ExitConnectionFailure          = 10
	ExitTLSFailure                 = 12
	ExitAuthenticationFailure      = 16
	ExitSubfolder1NoExists         = 21
	ExitUsage                      = 64
	ExitNoInput                    = 66
	ExitUnavailable                = 69
	ExitSoftware                   = 70
	ExitTempFail                   = 75
	ExitConnectionFailureHost1     = 101
	ExitConnectionFailureHost2     = 102
	ExitWithErrors                 = 111
	ExitWithErrorsMax              = 112
	ExitOverQuota                  = 113
	ExitErrAppend                  = 114
	ExitErrFetch                   = 115
	ExitErrCreate                  = 116
	ExitErrSelect                  = 117
	ExitTransferExceeded           = 118
	ExitErrAppendVirus             = 119
	ExitErrFlags                   = 120
	ExitAuthenticationFailureUser1 = 161
	ExitAuthenticationFailureUser2 = 162
	ExitTestsFailed                = 254
)

// ExitName is imapsync's name of an exit code, as "EXIT_OVERQUOTA". A code it does
// not use is named by its number, as "EXIT_42".
func ExitName(code int) string {
	switch code {
	case ExitOK:
		return "EX_OK"
	case ExitCatchAll:
		return "EXIT_CATCH_ALL"
	case ExitBySignal:
		return "EXIT_BY_SIGNAL"
	case ExitByFile:
		return "EXIT_BY_FILE"
	case ExitPIDFileError:
		return "EXIT_PID_FILE_ERROR"
	case ExitConnectionFailure:
		return "EXIT_CONNECTION_FAILURE"
	case ExitTLSFailure:
		return "EXIT_TLS_FAILURE"
	case ExitAuthenticationFailure:
		return "EXIT_AUTHENTICATION_FAILURE"
	case ExitSubfolder1NoExists:
		return "EXIT_SUBFOLDER1_NO_EXISTS"
	case ExitUsage:
		return "EX_USAGE"
	case ExitNoInput:
		return "EX_NOINPUT"
	case ExitUnavailable:
		return "EX_UNAVAILABLE"
	case ExitSoftware:
		return "EX_SOFTWARE"
	case ExitTempFail:
		return "EX_TEMPFAIL"
	case ExitConnectionFailureHost1:
		return "EXIT_CONNECTION_FAILURE_HOST1"
	case ExitConnectionFailureHost2:
		return "EXIT_CONNECTION_FAILURE_HOST2"
	case ExitWithErrors:
		return "EXIT_WITH_ERRORS"
	case ExitWithErrorsMax:
		return "EXIT_WITH_ERRORS_MAX"
	case ExitOverQuota:
		return "EXIT_OVERQUOTA"
	case ExitErrAppend:
		return "EXIT_ERR_APPEND"
	case ExitErrFetch:
		return "EXIT_ERR_FETCH"
	case ExitErrCreate:
		return "EXIT_ERR_CREATE"
	case ExitErrSelect:
		return "EXIT_ERR_SELECT"
	case ExitTransferExceeded:
		return "EXIT_TRANSFER_EXCEEDED"
	case ExitErrAppendVirus:
		return "EXIT_ERR_APPEND_VIRUS"
	case ExitErrFlags:
		return "EXIT_ERR_FLAGS"
	case ExitAuthenticationFailureUser1:
		return "EXIT_AUTHENTICATION_FAILURE_USER1"
	case ExitAuthenticationFailureUser2:
		return "EXIT_AUTHENTICATION_FAILURE_USER2"
	case ExitTestsFailed:
		return "EXIT_TESTS_FAILED"
	}
	return fmt.Sprintf("EXIT_%d", code)
}
