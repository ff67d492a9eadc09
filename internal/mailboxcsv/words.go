package mailboxcsv

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold evens out a name: lower case, letters without accents and digits, nothing else.
func fold(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r == 'ß':
			b.WriteString("ss")
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// The words below are folded.

var sideWords = []struct {
	side  string
	words []string
}{
	{source, []string{
		"source", "src", "origin", "from", "old", "quelle", "quell", "alter", "altes", "alt", "von",
		"ancien", "depart", "1",
	}},
	{destination, []string{
		"destination", "dest", "dst", "target", "to", "new", "ziel", "neuer", "neues", "neu", "nach",
		"nouveau", "cible", "arrivee", "2",
	}},
}

var roleWords = map[string]role{
	"host": roleHost, "hostname": roleHost, "server": roleHost, "servername": roleHost, "imaphost": roleHost,
	"imapserver": roleHost, "mailserver": roleHost, "imap": roleHost, "serveur": roleHost, "serveurimap": roleHost, "hote": roleHost,
	"port": rolePort, "imapport": rolePort,
	"security": roleSecurity, "connectionsecurity": roleSecurity, "encryption": roleSecurity, "ssl": roleSecurity,
	"tls": roleSecurity, "ssltls": roleSecurity, "verschlusselung": roleSecurity, "sicherheit": roleSecurity,
	"verbindungssicherheit": roleSecurity, "securite": roleSecurity, "chiffrement": roleSecurity,
	"user": roleUser, "username": roleUser, "login": roleUser, "loginname": roleUser, "userid": roleUser, "account": roleUser,
	"benutzer": roleUser, "benutzername": roleUser, "anmeldename": roleUser, "konto": roleUser, "utilisateur": roleUser,
	"nomdutilisateur": roleUser, "identifiant": roleUser, "compte": roleUser,
	"email": roleEmail, "emailaddress": roleEmail, "mail": roleEmail, "mailaddress": roleEmail, "address": roleEmail,
	"mailbox": roleEmail, "emailadresse": roleEmail, "mailadresse": roleEmail, "postfach": roleEmail, "adresse": roleEmail,
	"adresseemail": roleEmail, "adressemail": roleEmail, "courriel": roleEmail, "boite": roleEmail,
	"password": rolePassword, "pass": rolePassword, "passwd": rolePassword, "pwd": rolePassword, "pw": rolePassword,
	"emailpassword": rolePassword, "passwort": rolePassword, "kennwort": rolePassword, "motdepasse": rolePassword, "mdp": rolePassword,
	"verifycertificate": roleCertificate, "verify": roleCertificate, "checkcertificate": roleCertificate,
	"certificate": roleCertificate, "zertifikatprufen": roleCertificate, "verifiercertificat": roleCertificate,
}

// fieldWords are names beside those in columnNames that no side belongs to.
var fieldWords = map[string]Field{
	"job": Name, "jobname": Name, "label": Name, "title": Name, "displayname": Name, "fullname": Name,
	"bezeichnung": Name, "anzeigename": Name, "nom": Name, "libelle": Name,
	"dry": DryRun, "test": DryRun, "simulation": DryRun, "probelauf": DryRun, "essai": DryRun,
	"tool": Engine, "programm": Engine, "moteur": Engine,
	"folder": Folders, "include": Folders, "includefolders": Folders, "onlyfolders": Folders, "ordner": Folders, "dossiers": Folders,
	"includeprefixes": FolderPrefixes, "prefixes": FolderPrefixes,
	"exclude": ExcludeFolders, "excludefolder": ExcludeFolders, "skipfolders": ExcludeFolders, "ordnerausschliessen": ExcludeFolders,
	"ausschliessen": ExcludeFolders, "exclure": ExcludeFolders,
	"excludeprefixes": ExcludeFolderPrefixes,
	"rename":          RenameFolders, "renames": RenameFolders, "f1f2": RenameFolders, "umbenennen": RenameFolders, "renommer": RenameFolders,
	"under": UnderFolder, "subfolder2": UnderFolder, "subfolder": UnderFolder, "parentfolder": UnderFolder, "targetfolder": UnderFolder,
	"unterordner": UnderFolder, "sousdossier": UnderFolder,
	"specialfolders": Automap, "subscribed": OnlySubscribed, "subscribe": SubscribeAll, "flags": SyncFlags, "resyncflags": SyncFlags,
	"maxage": MaxAgeDays, "minage": MinAgeDays, "maxbytes": MaxSize, "minbytes": MinSize,
}

// ignoredWords name columns of other tools, and of people, that say nothing about a move.
var ignoredWords = []string{
	"quota", "comment", "comments", "note", "notes", "remark", "remarks",
	"bemerkung", "bemerkungen", "kommentar", "notiz", "remarque", "commentaire", "status",
}

var wordsOfTruth = map[string]bool{
	"true": true, "yes": true, "y": true, "on": true, "1": true, "x": true, "ja": true, "j": true, "wahr": true, "oui": true, "o": true, "vrai": true,
	"false": false, "no": false, "n": false, "off": false, "0": false, "nein": false, "falsch": false, "non": false, "faux": false,
}
