# Sourced by ./run, ./test and ./bench: what a fresh Debian 12 lacks is installed, once.
#   need_packages GROUP…   apt packages by group (build, pages, test, all, deb, deploy, bench)
#   need_node              sets PATH so that `node` is recent enough for the page build
#   build_release          build/release/shanzhi with its pages inside
#   build_pages BINARY     build/web from the API document that BINARY prints
#   compile_with_pages PRESET [TARGET…]   both, in build/PRESET
# POSIX sh; the caller stands in the project's root.

NODE_WANTED=22        # when the system's Node is older than 20.19

packages_build="gcc libc6-dev cmake ninja-build pkg-config libevent-dev libjansson-dev libfyaml-dev libsqlite3-dev
 libpq-dev libssl-dev libsodium-dev libqrencode-dev libcairo2-dev libpango1.0-dev libcurl4-openssl-dev zlib1g-dev
 libbrotli-dev fonts-noto-cjk ca-certificates clang lld wasi-libc libclang-rt-14-dev-wasm32"
packages_pages="nodejs npm"
packages_test="libcmocka-dev postgresql-15 postgresql-common sqlite3 chromium-headless-shell poppler-utils zbar-tools git procps
 pgbouncer fonts-wqy-microhei"
packages_all="clang libclang-rt-14-dev"
packages_deb="debhelper dpkg-dev"
packages_deploy="$packages_deb lintian mmdebstrap iproute2 systemd prometheus nginx-light caddy"
packages_bench="nginx-light wrk sqlite3 curl valgrind"

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else return 127; fi
}

# Those of the named groups that are not installed.
missing_packages() {
    wanted=
    for group in "$@"; do
        case $group in
        pages) command -v npm >/dev/null 2>&1 || wanted="$wanted $packages_pages" ;;
        *) eval "wanted=\"\$wanted \$packages_$group\"" ;;
        esac
    done
    # shellcheck disable=SC2086
    for p in $wanted; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$p"
    done
}

need_packages() {
    lacking=$(missing_packages "$@")
    [ -z "$lacking" ] && return 0
    say "Installing:$lacking"
    mkdir -p build
    # shellcheck disable=SC2086
    if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
           as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $lacking; } \
           >build/apt.log 2>&1; then
        tail -n 20 build/apt.log >&2
        say "These packages are needed and could not be installed (not root, no sudo, or no network):"
        say "    apt-get install$lacking"
        exit 1
    fi
}

node_recent() {
    command -v node >/dev/null 2>&1 &&
        node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a===22&&b>=12)||(a===20&&b>=19)?0:1)'
}

need_node() {
    [ -x build/node/node_modules/node/bin/node ] && PATH=$PWD/build/node/node_modules/node/bin:$PATH
    export PATH
    node_recent && return 0
    say "Installing Node.js $NODE_WANTED from npm (the system's is too old for the page build)"
    mkdir -p build/node
    (cd build/node && npm install --no-save --no-package-lock --no-audit --no-fund --loglevel=error "node@$NODE_WANTED" >npm.log 2>&1) || {
        tail -n 20 build/node/npm.log >&2
        say "npm could not install Node.js; is the network there?"
        exit 1
    }
    PATH=$PWD/build/node/node_modules/node/bin:$PATH
    node_recent || { say "Node.js from npm does not run here"; exit 1; }
}

# The packages of DIR as its lock names them, when the lock changed since the last time. npm 11 refuses `ci` where a registry
# lacks the optional packages of other platforms; `install` takes the same versions from the lock.
need_modules() {
    if ! cmp -s "$1/package-lock.json" "$1/node_modules/.shanzhi-lock"; then
        say "Installing the npm packages of $1/"
        mkdir -p build
        (cd "$1" && { npm ci --no-audit --no-fund --loglevel=error || npm install --no-save --no-audit --no-fund --loglevel=error; }) >build/npm.log 2>&1 || {
            tail -n 20 build/npm.log >&2
            exit 1
        }
        cp "$1/package-lock.json" "$1/node_modules/.shanzhi-lock"
    fi
}

# Is anything below the named paths newer than the stamp file?
changed_since() {
    stamp=$1
    shift
    [ ! -e "$stamp" ] || [ -n "$(find "$@" -path '*/node_modules' -prune -o -type f -newer "$stamp" -print -quit)" ]
}

compile() { # preset [target…]
    preset=$1
    shift
    mkdir -p build/web
    [ -e "build/$preset/build.ninja" ] || cmake --preset "$preset" >"build/$preset.log" 2>&1 || {
        tail -n 30 "build/$preset.log" >&2
        exit 1
    }
    ninja -C "build/$preset" "$@" >"build/$preset.log" 2>&1 || {
        grep -v '^\[' "build/$preset.log" | tail -n 60 >&2
        say "The build failed; all of it is in build/$preset.log"
        exit 1
    }
}

build_pages() {
    binary=$1
    need_node
    need_modules web
    "$binary" openapi >build/openapi.json.new
    "$binary" scheme schema >build/scheme-schema.json.new
    for made in build/openapi.json build/scheme-schema.json; do cmp -s $made.new $made || mv $made.new $made; done
    if changed_since build/web/.stamp web build/openapi.json build/scheme-schema.json build/web-engine; then
        say "Building the pages"
        (cd web && npm run --silent build) >build/pages.log 2>&1 || {
            tail -n 40 build/pages.log >&2
            exit 1
        }
        touch build/web/.stamp
    fi
}

# The program of a preset with its pages inside. npm fetches its packages while the compiler works.
compile_with_pages() { # preset [target…]
    with=$1
    need_node
    need_modules web &
    modules=$!
    compile "$@"
    wait $modules || exit 1
    build_pages "build/$with/shanzhi"
    compile "$@"
}

build_release() {
    if ! changed_since build/release/.stamp src share schemes web cmake CMakeLists.txt CMakePresets.json packaging/setup.sh; then
        return 0
    fi
    need_packages build pages
    say "Building the program"
    compile_with_pages release shanzhi
    touch build/release/.stamp
}
