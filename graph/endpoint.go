package graph

import (
	"mailferry/graph/model"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
	"mailferry/internal/migration"
)

// endpointInput is a side of a job.
func endpointInput(input model.EndpointInput) migration.EndpointInput {
	endpoint := migration.EndpointInput{
		Host:              input.Host,
		Port:              orDefault(input.Port, 0),
		Security:          input.Security,
		User:              input.User,
		Password:          input.Password.Reveal(),
		VerifyCertificate: input.VerifyCertificate,
	}
	if input.Port != nil && *input.Port == 0 {
		endpoint.Port = -1 // Zero stands for "none given" from here on and is no port.
	}
	return endpoint
}

// endpointOf is a side of a mailbox of a batch; what it leaves out is taken from the defaults.
func endpointOf(own, defaults *model.EndpointDefaultsInput) migration.EndpointInput {
	if defaults == nil {
		defaults = new(model.EndpointDefaultsInput)
	}
	if own == nil {
		own = new(model.EndpointDefaultsInput)
	}
	password := ""
	if given := firstOf(own.Password, defaults.Password); given != nil {
		password = given.Reveal()
	}
	if own.Security != nil && *own.Security != orDefault(defaults.Security, imapsync.TLS) {
		// The default's port belongs to the default's security.
		withoutPort := *defaults
		withoutPort.Port = nil
		defaults = &withoutPort
	}
	return migration.EndpointInput{
		Host:              orDefault(firstOf(own.Host, defaults.Host), ""),
		Port:              orDefault(firstOf(own.Port, defaults.Port), 0),
		Security:          orDefault(firstOf(own.Security, defaults.Security), imapsync.TLS),
		User:              orDefault(firstOf(own.User, defaults.User), ""),
		Password:          password,
		VerifyCertificate: orDefault(firstOf(own.VerifyCertificate, defaults.VerifyCertificate), true),
	}
}

// side is a side of the defaults of a file.
func side(defaults *model.EndpointDefaultsInput) mailboxcsv.Side {
	endpoint := endpointOf(nil, defaults)
	return mailboxcsv.Side{
		Host: endpoint.Host, Port: endpoint.Port, Security: endpoint.Security, User: endpoint.User, Password: endpoint.Password,
		AnyCertificate: !endpoint.VerifyCertificate,
	}
}

// importEndpoint is a side of a line of a file, as the API shows it.
func importEndpoint(side mailboxcsv.Side) model.ImportEndpoint {
	security := side.Security
	if security == "" {
		security = imapsync.TLS
	}
	port := side.Port
	if port == 0 {
		port = security.DefaultPort()
	}
	return model.ImportEndpoint{Host: side.Host, Port: port, Security: security, User: side.User, HasPassword: side.Password != ""}
}
