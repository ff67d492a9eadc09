package mailboxcsv

import "strings"

// Field is something that a column sets, by its path in the API's words.
type Field string

// The fields of a row. The names of their columns are in [ColumnNames].
const (
	Name   Field = "name"
	DryRun Field = "dryRun"
	Engine Field = "engine"

	SourceHost        Field = "source.host"
	SourcePort        Field = "source.port"
	SourceSecurity    Field = "source.security"
	SourceUser        Field = "source.user"
	SourcePassword    Field = "source.password"
	SourceCertificate Field = "source.verifyCertificate"

	DestinationHost        Field = "destination.host"
	DestinationPort        Field = "destination.port"
	DestinationSecurity    Field = "destination.security"
	DestinationUser        Field = "destination.user"
	DestinationPassword    Field = "destination.password"
	DestinationCertificate Field = "destination.verifyCertificate"

	Folders               Field = "options.folders"
	FolderPrefixes        Field = "options.folderPrefixes"
	ExcludeFolders        Field = "options.excludeFolders"
	ExcludeFolderPrefixes Field = "options.excludeFolderPrefixes"
	RenameFolders         Field = "options.renameFolders"
	UnderFolder           Field = "options.underFolder"
	Automap               Field = "options.automap"
	OnlySubscribed        Field = "options.onlySubscribed"
	SubscribeAll          Field = "options.subscribeAll"
	SyncFlags             Field = "options.syncFlags"
	MaxAgeDays            Field = "options.maxAgeDays"
	MinAgeDays            Field = "options.minAgeDays"
	MaxSize               Field = "options.maxSize"
	MinSize               Field = "options.minSize"
)

// columnName is the name that templates and messages give a field's column.
type columnName struct {
	field Field
	name  string
}

// folded is what fold makes of the name.
func (c columnName) folded() string { return strings.ReplaceAll(c.name, "_", "") }

var columnNames = []columnName{
	{Name, "name"},
	{SourceHost, "source_host"},
	{SourcePort, "source_port"},
	{SourceSecurity, "source_security"},
	{SourceUser, "source_user"},
	{SourcePassword, "source_password"},
	{SourceCertificate, "source_verify_certificate"},
	{DestinationHost, "destination_host"},
	{DestinationPort, "destination_port"},
	{DestinationSecurity, "destination_security"},
	{DestinationUser, "destination_user"},
	{DestinationPassword, "destination_password"},
	{DestinationCertificate, "destination_verify_certificate"},
	{DryRun, "dry_run"},
	{Engine, "engine"},
	{Folders, "folders"},
	{FolderPrefixes, "folder_prefixes"},
	{ExcludeFolders, "exclude_folders"},
	{ExcludeFolderPrefixes, "exclude_folder_prefixes"},
	{RenameFolders, "rename_folders"},
	{UnderFolder, "under_folder"},
	{Automap, "automap"},
	{OnlySubscribed, "only_subscribed"},
	{SubscribeAll, "subscribe_all"},
	{SyncFlags, "sync_flags"},
	{MaxAgeDays, "max_age_days"},
	{MinAgeDays, "min_age_days"},
	{MaxSize, "max_size"},
	{MinSize, "min_size"},
}

// ColumnNames are the names of all columns, in the order of a template.
func ColumnNames() []string {
	names := make([]string, len(columnNames))
	for i, c := range columnNames {
		names[i] = c.name
	}
	return names
}

// column is the name of a field's column.
func (f Field) column() string {
	for _, c := range columnNames {
		if c.field == f {
			return c.name
		}
	}
	return string(f)
}

// role is what a side's column is for.
type role string

const (
	roleHost        role = "host"
	rolePort        role = "port"
	roleSecurity    role = "security"
	roleUser        role = "user"
	rolePassword    role = "password"
	roleCertificate role = "verifyCertificate"
	// roleEmail is the user, where nothing else says that it is another.
	roleEmail role = "email"
)

const (
	source      = "source"
	destination = "destination"
)

// of is the field of a side.
func (r role) of(side string) Field {
	if r == roleEmail {
		r = roleUser
	}
	return Field(side + "." + string(r))
}
