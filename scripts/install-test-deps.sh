#!/usr/bin/env bash
# Installs what the tests need and Go modules do not bring: real servers and a
# browser, from the packages of Debian or Ubuntu. Does nothing where all is there.
#
#   scripts/install-test-deps.sh [test] [bench] [imapsync]
#
#   test      what `make test` needs (the default)
#   bench     what `make bench-engine` compares with
#   imapsync  the Perl modules of imapsync, for whoever tries that engine
#
# Cyrus IMAP and Courier IMAP, which as packages exclude Dovecot, are not installed but
# unpacked into the user's cache folder.
#
# Services that a package would start are not started, nor at the next boot.
set -euo pipefail

groups=("$@")
if [ ${#groups[@]} -eq 0 ]; then groups=(test); fi

# need PACKAGE CONDITION...: the package is missing unless the condition holds.
missing=()
need() {
	local package=$1
	shift
	if ! "$@" >/dev/null 2>&1; then missing+=("$package"); fi
}
program() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1"; }
postgres() { program initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
browser() { program chromium || program chromium-browser || program google-chrome; }
font() { compgen -G "/usr/share/fonts/truetype/$1/*"; }
header() { [ -e "/usr/include/$1" ]; }
module() { perl -e "require $1"; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/mailferry-test
unpack=()

for group in "${groups[@]}"; do
	case $group in
	test)
		need dovecot-imapd program dovecot
		need dovecot-imapd test -e /usr/lib/dovecot/imap
		need postgresql postgres
		need nginx-light program nginx
		need pgbouncer program pgbouncer
		need chromium browser
		need fonts-dejavu-core font dejavu
		need zsh program zsh
		need fish program fish
		# The race detector links with a C compiler.
		need gcc program gcc
		need libc6-dev header stdlib.h
		if [ ! -x "$cache/cyrus/usr/lib/cyrus/bin/imapd" ] || ! compgen -G "$cache/cyrus/usr/lib/*/sasl2/libplain.so*" >/dev/null; then unpack+=(cyrus); fi
		if [ ! -x "$cache/courier/usr/bin/imapd" ] || [ ! -x "$cache/courier/usr/libexec/gam_server" ]; then unpack+=(courier); fi
		;;
	bench)
		need dovecot-imapd program dovecot
		need isync program mbsync
		need postgresql postgres
		;;
	imapsync)
		need libauthen-ntlm-perl module Authen::NTLM
		need libcgi-pm-perl module CGI
		need libcrypt-openssl-rsa-perl module Crypt::OpenSSL::RSA
		need libdata-uniqid-perl module Data::Uniqid
		need libdigest-hmac-perl module Digest::HMAC
		need libencode-imaputf7-perl module Encode::IMAPUTF7
		need libfile-copy-recursive-perl module File::Copy::Recursive
		need libfile-tail-perl module File::Tail
		need libio-socket-ssl-perl module IO::Socket::SSL
		need libio-tee-perl module IO::Tee
		need libjson-webtoken-perl module JSON::WebToken
		need libmail-imapclient-perl module Mail::IMAPClient
		need libnet-server-perl module Net::Server
		need libparse-recdescent-perl module Parse::RecDescent
		need libproc-processtable-perl module Proc::ProcessTable
		need libreadonly-perl module Readonly
		need libregexp-common-perl module Regexp::Common
		need libsys-meminfo-perl module Sys::MemInfo
		need libterm-readkey-perl module Term::ReadKey
		need libunicode-string-perl module Unicode::String
		need liburi-perl module URI
		need libwww-perl module LWP::UserAgent
		;;
	*)
		echo "$0: unknown group $group (test, bench, imapsync)" >&2
		exit 64
		;;
	esac
done

# What apt would install with a package, as the release names it, of the names that match.
beside() {
	apt-get install -s --no-install-recommends "$1" 2>/dev/null |
		awk -v names="$2" '$1 == "Inst" && $2 ~ names { print $2 }'
}
# The packages of a server and the libraries it needs beyond those installed.
packages() {
	case $1 in
	# With the plugins for signing in, which it looks for beside itself even where they are installed.
	cyrus) echo cyrus-imapd libsasl2-modules && beside cyrus-imapd '^(lib|cyrus-)' ;;
	# With its watcher of files, without what signs in.
	courier) echo courier-imap courier-authlib gamin && beside courier-imap '^lib' ;;
	esac
}
download() {
	local packages
	packages=$(packages "$1") || return
	# Word by word: names of packages.
	# shellcheck disable=SC2086
	apt-get -q download $packages
}
# fetch NAME: unpacks the packages of a server into the cache folder.
fetch() {
	local target=$cache/$1
	if ! program apt-get >/dev/null || ! program dpkg >/dev/null; then
		echo "$0: no apt-get here. Please unpack $1 into $target" >&2
		return 1
	fi
	echo "unpacking $1 into $target"
	mkdir -p "$cache"
	local work
	work=$(mktemp -d "$target.XXXXXX")
	# apt-get downloads as a user of its own, into a folder that is not its own.
	chmod 755 "$work"
	if ! (cd "$work" && { download "$1" || { "${as_root[@]}" apt-get -q update && download "$1"; }; }) >"$work/log" 2>&1; then
		tail -20 "$work/log" >&2
		rm -rf "$work"
		echo "$0: could not download $1" >&2
		return 1
	fi
	mkdir "$work/root"
	for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
	chmod 755 "$work/root"
	rm -rf "$target"
	mv "$work/root" "$target"
	rm -rf "$work"
}
fetch_all() { for name in "${unpack[@]}"; do fetch "$name"; done; }

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi

if [ ${#missing[@]} -eq 0 ]; then
	fetch_all
	exit 0
fi
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if [ "$(id -u)" -ne 0 ] && { ! program sudo >/dev/null || ! sudo -n true 2>/dev/null; }; then
	echo "$0: not root. Please install: ${missing[*]}" >&2
	exit 1
fi
if ! program apt-get >/dev/null; then
	echo "$0: no apt-get here. Please install what Debian calls: ${missing[*]}" >&2
	exit 1
fi

# While a policy forbids it no package starts its service. One that is there stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	"${as_root[@]}" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
	trap '"${as_root[@]}" rm -f $policy' EXIT
fi

echo "installing ${missing[*]}"
log=$(mktemp)
apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}
# The lists of packages may be absent or old: they are fetched when needed.
if ! apt install --no-install-recommends "${missing[@]}" && ! { apt update && apt install --no-install-recommends "${missing[@]}"; }; then
	tail -40 "$log" >&2
	echo "$0: could not install: ${missing[*]}" >&2
	exit 1
fi
rm -f "$log"

if [ -d /run/systemd/system ]; then
	for service in dovecot postgresql nginx pgbouncer; do
		if printf '%s\n' "${missing[@]}" | grep -q "^$service"; then
			"${as_root[@]}" systemctl disable --quiet --now "$service" 2>/dev/null || true
		fi
	done
fi

fetch_all
