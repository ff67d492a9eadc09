// Package imapsync speaks imapsync: it turns a typed [Command] into the argv and
// environment of a child process, and reads that child's output back into
// [Progress], a final [Report] and, with the way the child ended, a sentence that a
// person can act on.
//
// Both engines are spoken to in the same words. The Perl program imapsync defines
// them; the built-in engine (mailferry sync) takes the same options, prints the same
// lines and adds a verification section, which [Parser] reads as well.
//
// The package is pure: it starts nothing, reads no file and keeps no state outside
// its values. Feeding it hostile output costs bounded memory.
//
//	args, err := command.Args()              // argv without the program's name
//	env := imapsync.Environment(pass1, pass2) // passwords travel here, never in argv
//	parser := imapsync.NewParser()
//	io.Copy(parser, childOutput)
//	reason, sentence := parser.Explain(imapsync.Outcome{ExitCode: &code})
package imapsync
