package dovecot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// capabilities is what Dovecot 2.3 advertises after login, but for SPECIAL-USE,
// which it adds where a mailbox has such an attribute and the list is its own.
const capabilities = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES " +
	"THREAD=REFS THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS " +
	"LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS " +
	"BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE LITERAL+ NOTIFY"

// config writes dovecot.conf. Every process runs as one unprivileged user, so
// nothing is chrooted.
func (s *Server) config() (string, error) {
	name, group, err := s.user.NameAndGroup()
	if err != nil {
		return "", err
	}
	o := s.options
	separator := o.Separator
	if separator == "" {
		separator = "/"
	}
	fsync := o.FSync
	if fsync == "" {
		fsync = "never"
	}
	connections := o.ConnectionsPerUser
	if connections == 0 {
		connections = 1000
	}
	ssl := "yes"
	if o.RequireTLS {
		ssl = "required"
	}

	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("base_dir = %s", s.Path("run"))
	line("state_dir = %s", s.Path("state"))
	line("instance_name = mailferry-test")
	line("log_path = %s", s.Path("dovecot.log"))
	line("protocols = imap")
	line("listen = %s", s.Host)
	line("default_internal_user = %s", name)
	line("default_internal_group = %s", group)
	line("default_login_user = %s", name)
	line("mail_uid = %s", name)
	line("mail_gid = %s", group)
	line("first_valid_uid = 0")
	line("first_valid_gid = 0")
	line("mail_home = %s", s.Path("mail/%u"))
	line("mail_location = %s", location(o.Format, separator))
	line("mail_fsync = %s", fsync)
	line("mail_max_userip_connections = %d", connections)
	// Debian's file limit is 1,024 for whoever is not root.
	line("default_client_limit = 900")
	line("default_process_limit = 400")

	line("ssl = %s", ssl)
	line("ssl_cert = <%s", s.Path("cert.pem"))
	line("ssl_key = <%s", s.Path("key.pem"))
	line("disable_plaintext_auth = no")
	line("auth_mechanisms = plain login")
	line("auth_username_chars =")
	line("auth_username_format = %%u")
	line("auth_failure_delay = 0")
	line("passdb {\n  driver = passwd-file\n  args = %s\n}", s.Path("users/%u"))
	line("userdb {\n  driver = passwd-file\n  args = %s\n}", s.Path("users/%u"))

	specialUse := o.SpecialUse
	if specialUse == nil {
		specialUse = map[string]string{"Drafts": `\Drafts`, "Junk": `\Junk`, "Sent": `\Sent`, "Trash": `\Trash`}
	}
	switch {
	case o.Capability != "":
		line("imap_capability = %s", o.Capability)
	case len(o.HideCapabilities) > 0:
		shown := capabilities
		if len(specialUse) > 0 {
			shown += " SPECIAL-USE"
		}
		line("imap_capability = %s", without(shown, o.HideCapabilities))
	}

	line("namespace inbox {\n  inbox = yes\n  separator = %s\n  prefix = %s", separator, o.Prefix)
	for _, mailbox := range slices.Sorted(maps.Keys(specialUse)) {
		line("  mailbox \"%s\" {\n    special_use = %s\n  }", mailbox, specialUse[mailbox])
	}
	line("}")

	var plugins []string
	if o.Compress {
		plugins = append(plugins, "imap_zlib")
	}
	if o.Quota {
		plugins = append(plugins, "quota", "imap_quota")
	}
	line("protocol imap {\n  mail_plugins = %s\n}", strings.Join(plugins, " "))
	if o.Quota {
		line("mail_plugins = quota")
		line("plugin {\n  quota = count:User quota\n  quota_vsizes = yes\n  quota_grace = 0\n}")
	}

	line("service anvil {\n  chroot =\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}")
	line("service imap-login {\n  chroot =\n  service_count = 0\n  process_min_avail = 1\n  client_limit = 400\n"+
		"  inet_listener imap {\n    port = %d\n  }\n"+
		"  inet_listener imaps {\n    port = %d\n    ssl = yes\n  }\n}", s.Port, s.TLSPort)
	b.WriteString(o.Extra)
	b.WriteString("\n")
	return b.String(), nil
}

// location is Dovecot's mail_location. Maildir++ keeps the levels of a name apart
// with dots, so it can hold no "." inside a level; folders on disk do for "/".
func location(format, separator string) string {
	if format == "" {
		format = "maildir"
	}
	if format == "maildir" && separator == "/" {
		return "maildir:~/Maildir:LAYOUT=fs"
	}
	return format + ":~/Mail"
}

func without(list string, hidden []string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(list), func(capability string) bool {
		return slices.ContainsFunc(hidden, func(hide string) bool { return strings.EqualFold(hide, capability) })
	}), " ")
}
