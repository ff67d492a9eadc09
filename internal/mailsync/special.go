package mailsync

import (
	"slices"
	"strings"
)

// specialUses are the purposes of RFC 6154 that folders are matched by.
var specialUses = []string{`\Sent`, `\Drafts`, `\Junk`, `\Trash`, `\Archive`}

// specialNames are names, in lower case, that mail programs and providers give to
// folders of a purpose, in the languages of Europe and of East Asia.
var specialNames = map[string][]string{
	`\Sent`: {
		"sent", "sent items", "sent messages", "sent mail", "sent-mail", "sent objects",
		"gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten",
		"envoyés", "éléments envoyés", "messages envoyés", "objets envoyés", "courrier envoyé",
		"enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "mensagens enviadas", "e-mails enviados",
		"inviati", "posta inviata", "messaggi inviati", "elementi inviati",
		"verzonden", "verzonden items", "verzonden objecten", "skickat", "skickade objekt", "sendt", "sendte elementer", "sendte",
		"lähetetyt", "wysłane", "elementary wysłane", "odeslané", "odeslaná pošta", "odoslané", "elküldött", "elküldött elemek",
		"trimise", "poslano", "poslane stavke", "изпратени", "отправленные", "надіслані", "απεσταλμένα", "gönderilmiş öğeler", "gönderilenler",
		"送信済み", "送信済みアイテム", "送信済みメール", "已发送", "已发送邮件", "已傳送", "寄件備份", "보낸편지함", "보낸 편지함",
	},
	`\Drafts`: {
		"drafts", "draft", "entwürfe", "brouillons", "brouillon", "borradores", "borrador", "rascunhos", "bozze", "concepten",
		"utkast", "kladder", "kladde", "luonnokset", "szkice", "wersje robocze", "kopie robocze", "koncepty", "rozepsané", "piszkozatok",
		"ciorne", "osnutki", "чернови", "черновики", "чернетки", "πρόχειρα", "taslaklar",
		"下書き", "草稿", "草稿箱", "草稿匣", "임시보관함", "임시 보관함",
	},
	`\Junk`: {
		"junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "junk-e-mail", "spamverdacht", "spam-verdacht",
		"unerwünscht", "werbung", "courrier indésirable", "indésirables", "pourriel", "correo no deseado", "no deseado", "lixo eletrônico", "lixo electrónico",
		"posta indesiderata", "ongewenste e-mail", "ongewenst", "skräppost", "uønsket", "uønsket e-post", "søppelpost", "roskaposti",
		"wiadomości-śmieci", "niechciane", "nevyžádaná pošta", "nevyžiadaná pošta", "levélszemét", "нежелана поща", "спам", "ανεπιθύμητα", "önemsiz", "önemsiz e-posta",
		"迷惑メール", "垃圾邮件", "垃圾郵件", "스팸메일함", "스팸",
	},
	`\Trash`: {
		"trash", "deleted", "deleted items", "deleted messages", "bin", "papierkorb", "gelöscht", "gelöschte objekte", "gelöschte elemente", "gelöschte nachrichten",
		"corbeille", "éléments supprimés", "messages supprimés", "papelera", "elementos eliminados", "lixeira", "itens excluídos", "itens eliminados", "reciclagem",
		"cestino", "posta eliminata", "elementi eliminati", "prullenbak", "prullenmand", "verwijderde items", "papperskorgen", "borttaget", "papirkurv", "slettede elementer", "slettet",
		"roskakori", "poistetut", "kosz", "elementary usunięte", "koš", "odstraněná pošta", "kôš", "lomtár", "kuka", "törölt elemek", "coș de gunoi", "smeti", "кошче", "корзина", "удаленные", "удалённые", "кошик", "видалені",
		"κάδος", "διαγραμμένα", "çöp kutusu", "silinmiş öğeler", "ゴミ箱", "削除済みアイテム", "已删除", "已删除邮件", "垃圾桶", "휴지통", "지운편지함",
	},
	`\Archive`: {
		"archive", "archives", "archiv", "archivo", "archivos", "arquivo", "arquivos", "archivio", "archief", "arkiv", "arkisto", "archiwum", "archív", "archívum", "arhivă", "arhiv",
		"архив", "архів", "αρχείο", "arşiv", "アーカイブ", "存档", "归档", "封存", "보관함",
	},
}

// special is the purpose of a folder: by its attribute if the server tells, else, with
// guess, by its name. It is empty for an ordinary folder.
func (a *account) special(f *folder, guess bool) string {
	for _, use := range specialUses {
		if f.has(use) {
			return use
		}
	}
	if !guess || f.raw == "INBOX" {
		return ""
	}
	name := strings.TrimPrefix(f.display, a.prefix)
	for _, gmail := range []string{"[Gmail]/", "[Google Mail]/"} {
		name = strings.TrimPrefix(name, gmail)
	}
	name = strings.ToLower(name)
	for _, use := range specialUses {
		if slices.Contains(specialNames[use], name) {
			return use
		}
	}
	return ""
}

// specials finds the folder for each purpose: one with the attribute before one with the name.
func (a *account) specials() map[string]*folder {
	found := map[string]*folder{}
	for _, guess := range []bool{false, true} {
		for _, f := range a.folders {
			if !f.selectable || f.foreign {
				continue
			}
			if use := a.special(f, guess); use != "" && found[use] == nil {
				found[use] = f
			}
		}
	}
	return found
}

// labelOrder orders the folders of Gmail, which shows a message in one folder per label, and in those in which messages of
// others show up: the user's own labels, then what Gmail sorts by itself, INBOX, and what only repeats.
func labelOrder(f *folder) int {
	switch {
	case f.has(`\All`):
		return 5
	case f.has(`\Flagged`):
		return 4
	case f.has(`\Important`):
		return 3
	case f.raw == "INBOX":
		return 2
	case slices.ContainsFunc(specialUses, f.has):
		return 1
	}
	return 0
}
