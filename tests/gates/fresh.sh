#!/usr/bin/env bash
# Proves that a newcomer's commands work: a clean Debian 12 root (mmdebstrap, with this machine's own apt sources), a
# fresh clone of HEAD in it, and there `./dev test` and `./dev demo` (or the command given as arguments).
# Only the bare root is kept between runs, as a tarball; packages are installed anew each time.
# $OCELLI_DATA, when set, is seen in the root at the tests' default place, read-only.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source tests/gates/steps.sh

readonly codename=bookworm
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/ocelli/fresh
bare=$cache/$codename-$(dpkg --print-architecture).tar
readonly bare
work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-fresh.XXXXXX")
readonly work root=$work/root

[[ $(id -u) == 0 ]] || exec sudo --preserve-env=XDG_CACHE_HOME,OCELLI_DATA,http_proxy,https_proxy "$0" "$@"

# All mounts live in a namespace of their own (see enter) and vanish with it; only files are left to remove.
trap 'rm -rf --one-file-system "$work"' EXIT

# The active source files of this machine that name the release.
apt_sources() { grep -ls "$codename" /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; }

make_bare_root() {
  mkdir -p "$cache"
  local sources
  mapfile -t sources < <(apt_sources)
  [[ ${#sources[@]} -gt 0 ]] || die "no file of /etc/apt names $codename"
  mmdebstrap --variant=minbase --include=ca-certificates "$codename" "${bare%.tar}.new.tar" "${sources[@]}"
  mv "${bare%.tar}.new.tar" "$bare"
}

# What this machine's apt needs to reach its sources: keys, credentials, proxy, certificates.
copy_apt_setup() {
  local path
  for path in /usr/share/keyrings /etc/apt/keyrings /etc/apt/trusted.gpg.d /etc/apt/auth.conf.d /usr/local/share/ca-certificates; do
    if [[ -d $path ]]; then mkdir -p "$root$path" && cp -rL "$path/." "$root$path/"; fi
  done
  apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-|Languages)' >"$root/etc/apt/apt.conf.d/50machine" || true
  for path in /etc/resolv.conf /etc/hosts; do cp -L "$path" "$root$path"; done
}

# enter COMMAND: runs it as root inside the root, with devices, processes and shared memory of its own.
enter() {
  # shellcheck disable=SC2016
  unshare --mount --pid --ipc --fork --kill-child --propagation private bash -euc '
    root=$1 data=$2
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    for node in null zero full random urandom tty; do touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"; done
    ln -s /proc/self/fd "$root/dev/fd"
    mkdir "$root/dev/shm" "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    if [[ -n $data ]]; then mount --bind "$data" "$root/srv/shared/data"; mount -o remount,bind,ro "$root/srv/shared/data"; fi
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb CI="${CI:-}" \
      ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} bash -c "cd /srv/ocelli && $3"
  ' - "$root" "${OCELLI_DATA:-}" "$1" </dev/null
}

[[ -f $bare ]] || step "fresh root" make_bare_root
mkdir -p "$root"
step "fresh unpack" tar -xf "$bare" -C "$root"
copy_apt_setup
mkdir -p "$root/srv/shared/data"
step "fresh clone" git clone -q --no-hardlinks . "$root/srv/ocelli"
if [[ $# -gt 0 ]]; then
  gate "fresh: $*" enter "$*"
else
  gate "fresh: ./dev test" enter "./dev test"
  gate "fresh: ./dev demo" enter "./dev demo"
fi
