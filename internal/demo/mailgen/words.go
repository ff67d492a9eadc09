package mailgen

// address is a role, not a person.
type address struct{ name, address string }

var senders = []address{
	{"Accounts", "accounts@example.org"},
	{"Orders", "orders@example.com"},
	{"Support", "support@example.com"},
	{"Press office", "press@example.org"},
	{"Büro Süd", "buero@example.org"},
	{"Service après-vente", "service@example.com"},
	{"Бухгалтерия", "finance@example.org"},
	{"総務部", "office@example.com"},
	{"Facilities", "facilities@example.org"},
	{"No reply", "no-reply@example.com"},
}

var recipients = []address{
	{"Information", "info@example.org"},
	{"Sales", "sales@example.org"},
	{"All staff", "staff@example.org"},
	{"Reception", "reception@example.org"},
}

type file struct{ name, contentType string }

var files = []file{
	{"invoice.pdf", "application/pdf"},
	{"minutes.odt", "application/vnd.oasis.opendocument.text"},
	{"photo.jpg", "image/jpeg"},
	{"prices.csv", "text/csv"},
	{"Gr%C3%B6%C3%9Fen.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"%E8%A6%8B%E7%A9%8D%E6%9B%B8.pdf", "application/pdf"},
	{"plans.zip", "application/zip"},
}

// language has the patterns of subjects, which take a reference, and of sentences,
// which take a number.
type language struct {
	tag                 string
	subjects, sentences []string
}

var languages = []language{
	{"en", []string{
		"Invoice %s", "Your order %s has been shipped", "Minutes of the meeting %s", "Question about the delivery %s",
		"Offer %s: new chairs for the office", "Reminder: timesheets %s", "Maintenance of the lift %s", "Ticket %s has been closed",
		"Room booking %s confirmed", "Updated price list %s",
	}, []string{
		"Thank you for your message, which we have passed on to the department on floor %d.",
		"Please find the figures for the last quarter attached; line %d has been corrected since.",
		"The delivery is expected on Thursday, with %d boxes in all.",
		"We would be glad to hear from you by the end of the week, at the latest within %d hours.",
		"The meeting moves to room %d, since the large one is being painted.",
		"If the printer reports fault %d again, please switch it off and tell the help desk.",
		"All prices are without tax and hold for %d days.",
	}},
	{"de", []string{
		"Rechnung %s", "Ihre Bestellung %s ist unterwegs", "Protokoll der Besprechung %s", "Rückfrage zur Lieferung %s",
		"Angebot %s: Möbel für das Büro", "Störung am Aufzug behoben (%s)", "Terminänderung %s",
	}, []string{
		"Vielen Dank für Ihre Nachricht, wir melden uns spätestens in %d Stunden.",
		"Die Lieferung umfasst %d Kartons und erfolgt am Donnerstag über den Hof.",
		"Bitte prüfen Sie die Größen in Zeile %d, dort stimmt die Summe nicht.",
		"Für die Räume im Erdgeschoß werden noch %d Schlüssel benötigt.",
	}},
	{"fr", []string{
		"Facture n° %s", "Compte rendu de la réunion %s", "Votre commande %s a été expédiée", "Congés d'été : dossier %s",
	}, []string{
		"Nous vous remercions de votre message et vous répondrons sous %d heures.",
		"Les pièces demandées sont jointes ; la page %d a été corrigée.",
		"La réunion aura lieu en salle %d, à côté du café.",
	}},
	{"ru", []string{"Счёт %s", "Протокол совещания %s", "Ваш заказ %s отправлен"}, []string{
		"Спасибо за письмо, мы ответим в течение %d часов.",
		"Поставка состоит из %d коробок и ожидается в четверг.",
		"Просим проверить строку %d во вложенном файле.",
	}},
	{"ja", []string{"請求書 %s", "会議の議事録 %s", "ご注文 %s を発送しました"}, []string{
		"お問い合わせありがとうございます。 %d 時間以内に返信いたします。",
		"添付ファイルの %d 行目をご確認ください。",
		"納品は木曜日で、 全部で %d 箱です。",
	}},
}
