package mailsync

// help is what --help prints: the options that choose something, by what they are about.
const help = `Copies one IMAP account to another. Takes imapsync's options.

    IMAPSYNC_PASSWORD1=… IMAPSYNC_PASSWORD2=… mailferry sync \
      --host1 old.example.org --user1 info --host2 new.example.org --user2 info --dry

Of each side (1 is the source, 2 the destination):
  --host1 NAME                  the server
  --port1 N                     its port: 993 with TLS, else 143
  --user1 NAME                  the account
  --passfile1 FILE              a file whose first line is the password; or the environment variable
                                IMAPSYNC_PASSWORD1; or --password1, which other users of this machine can read
  --authuser1 NAME              who signs in with the password to act for the account, by AUTHENTICATE PLAIN
  --proxyauth1                  with --authuser1: by PROXYAUTH instead, as servers of Sun and Oracle have it
  --oauthaccesstoken1 FILE      a file whose first line is an OAuth 2.0 access token, in place of a password
  --ssl1, --tls1                TLS from the start, or STARTTLS; TLS where nothing else is said, but on port 143
  --nossl1 --notls1             together: no encryption at all
  --sslargs1 SSL_verify_mode=0  take any certificate; by default it must be valid for the server
  --sslargs1 SSL_hostname=NAME  the name in the server's certificate, where it is not that of --host1
  --oldciphers1                 also take TLS 1.0, 1.1 and ciphers without forward secrecy (RSA key exchange):
                                who gets the server's key can read what was recorded
  --timeout1 SECONDS            how long a silent server is waited for: 120
  --compress1, --nocompress1    compress always or never; by default where the link is slow
  --inet4, --inet6              connect over IPv4 or IPv6 alone, on both sides
  --debugimap1, --debugimap     print what is said on the connections to one side, or both, without passwords

Which folders, and where to:
  --folder NAME                 only this folder; may be repeated, as those below
  --folderrec NAME              this folder and all below it
  --include REGEXP              folders whose name matches
  --exclude REGEXP              no folders whose name matches
  --subscribed                  only folders that are subscribed to
  --f1f2 FOLDER1=FOLDER2        copy a folder to one of another name
  --subfolder2 FOLDER           put everything below this folder
  --subfolder1 FOLDER           copy what is below this folder as if it were all; the folder itself goes to the INBOX
  --automap                     special folders (sent, trash, …) to those that the destination has
  --sharedfolders               also folders of other users and shared ones; else only where they are named
  --nosubscribe                 do not carry subscriptions over
  --subscribeall                subscribe to every folder copied

Which messages:
  --maxage DAYS, --minage DAYS  not older, not newer, by the date of arrival (INTERNALDATE), as imapsync does it with
                                --noabletosearch; without that imapsync goes by the Date field
  --maxsize N, --minsize N      not larger, not smaller, in bytes; --appendlimit N is another bound like the first
  --maxlinelength N             none with a line over so many bytes, its end included
  --skipcrossduplicates         none that a folder before it had: same Message-ID and size
  --idatefromheader             give each the date of its Date field as date of arrival, where it has a valid one
  --disarmreadreceipts          ask nobody for a read receipt: Disposition-Notification-To gets an X- before it
  --noresyncflags               leave the flags of messages that are there already
  --noskipcrossduplicates       copy a message of Gmail once for each of its labels

How much:
  --dry                         say what would be done, and change nothing
  --justlogin                   sign in on both sides, and stop
  --justfolders                 make the folders, and stop
  --justfoldersizes             print what the folders hold, and stop
  --justconnect                 print what the servers say before anybody signs in, and stop; needs only --host1
  --maxmessagespersecond N      on average not faster, over all connections
  --maxbytespersecond N         the same in bytes, after the first --maxbytesafter N of them
  --exitwhenover N              stop once so many bytes are copied, with exit code 118
  --progress=bar|plain|json|none  how it is told how far the run is: on a terminal a bar, errors and a summary, else lines
                                (plain); json prints an object a line (progress, error, waiting, summary), none errors alone
  --version                     print the version, and stop
  --tmpdir FOLDER               where messages over 1 MiB are held on their way; made where it is missing

Nothing is deleted on either side. A second run copies what is new. Options of imapsync that only
tune it are taken and named as ignored; those that would change what arrives are refused with what to
write instead. Exit codes are imapsync's: 0 is that everything arrived. One is not: 75 is that a host has asked
for a pause of more than two minutes, or goes on refusing for now; the last lines say until when, and run again.`
