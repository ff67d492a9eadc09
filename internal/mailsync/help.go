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
  --oauthaccesstoken1 FILE      a file whose first line is an OAuth 2.0 access token, in place of a password
  --ssl1, --tls1                TLS from the start, or STARTTLS; TLS where nothing else is said, but on port 143
  --nossl1 --notls1             together: no encryption at all
  --sslargs1 SSL_verify_mode=0  take any certificate; by default it must be valid for the server
  --oldciphers1                 also take TLS 1.0, 1.1 and ciphers without forward secrecy (RSA key exchange):
                                who gets the server's key can read what was recorded
  --timeout1 SECONDS            how long a silent server is waited for: 120
  --compress1, --nocompress1    compress always or never; by default where the link is slow

Which folders, and where to:
  --folder NAME                 only this folder; may be repeated, as those below
  --folderrec NAME              this folder and all below it
  --include REGEXP              folders whose name matches
  --exclude REGEXP              no folders whose name matches
  --subscribed                  only folders that are subscribed to
  --f1f2 FOLDER1=FOLDER2        copy a folder to one of another name
  --subfolder2 FOLDER           put everything below this folder
  --automap                     special folders (sent, trash, …) to those that the destination has
  --sharedfolders               also folders of other users and shared ones; else only where they are named
  --nosubscribe                 do not carry subscriptions over
  --subscribeall                subscribe to every folder copied

Which messages:
  --maxage DAYS, --minage DAYS  not older, not newer
  --maxsize N, --minsize N      not larger, not smaller, in bytes
  --noresyncflags               leave the flags of messages that are there already
  --noskipcrossduplicates       copy a message of Gmail once for each of its labels

How much:
  --dry                         say what would be done, and change nothing
  --justlogin                   sign in on both sides, and stop
  --justfolders                 make the folders, and stop
  --tmpdir FOLDER               where messages over 1 MiB are held on their way

Nothing is deleted on either side. A second run copies what is new. Options of imapsync that only
tune it are taken and named as ignored. Exit codes are imapsync's: 0 is that everything arrived.`
