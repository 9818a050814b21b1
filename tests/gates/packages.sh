# shellcheck shell=bash
# The Debian packages that each group of verbs needs: the only list of them. Sourced by ./dev.

# shellcheck disable=SC2034 # read by name

# To build and test: exactly what the find_package and pkg_check_modules calls of CMakeLists.txt use.
packages_build=(
  g++ cmake ninja-build ccache pkg-config git ca-certificates
  libfastrtps-dev libfastcdr-dev fastddsgen default-jre-headless
  libopencv-dev libeigen3-dev libembree-dev libboost-dev
  libspdlog-dev libfmt-dev libexpected-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev
  libdeflate-dev liblz4-dev libzstd-dev libssl-dev libsqlite3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  cyclonedds-dev cyclonedds-tools
)
packages_lint=(clang-format shellcheck)
# What `./dev bench bus` compares with, and what keeps the processors busy meanwhile.
packages_peers=(iceoryx libiceoryx-posh-dev libiceoryx-hoofs-dev stress-ng)
packages_night=(clang-14 clang-tidy libclang-rt-14-dev gcovr jq nodejs npm stress-ng iproute2 iptables)
packages_fresh=(mmdebstrap git)

# A package is there when dpkg says so, or when its command came from elsewhere (a vendor's nodejs brings npm).
is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]] && return
  [[ $1 == nodejs || $1 == npm ]] && command -v "${1/nodejs/node}" >/dev/null
}

# install_packages GROUP…: installs what is missing, says what, never asks.
install_packages() {
  local group package missing=() as_root=()
  for group in "$@"; do
    local -n packages=packages_$group
    for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
  done
  if [[ ${#missing[@]} == 0 ]]; then return; fi
  command -v apt-get >/dev/null || die "needs the Debian packages: ${missing[*]}"
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || die "as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  echo "-- installing: ${missing[*]}"
  local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
  step "apt update" "${as_root[@]}" "${quiet[@]}" update
  step "apt install" "${as_root[@]}" "${quiet[@]}" install --no-install-recommends "${missing[@]}"
}
