# What must be so after a block of the guide was run, by hand, beside the guide's own commands. Sourced in the bare root;
# after_ROOT_NAME runs after the block run=ROOT/NAME.
CONF=/etc/shanzhi/shanzhi.conf
step() { { set +x; } 2>/dev/null; echo "=== $*"; }
must() { "$@" || { echo "CHECK FAILED after $HERE: $*" >&2; exit 1; }; }
never() { ! "$@" || { echo "CHECK FAILED after $HERE: not wanted: $*" >&2; exit 1; }; }
is() { [ "$1" = "$2" ] || { echo "CHECK FAILED after $HERE: «$1» is not «$2»" >&2; exit 1; }; }
ready() { curl -fsS --retry 20 --retry-delay 1 --retry-connrefused http://127.0.0.1:8600/readyz >/dev/null; }
as_shanzhi() { runuser -u shanzhi -- shanzhi "$@" --config $CONF; }
cd /root

# A machine that is run by systemd has it; the bare root gets it with the package only.
before_byhand() { apt-get install -y -q --no-install-recommends systemd >/dev/null 2>&1; }

after_sqlite_install() {
    is "$(stat -c '%U:%G %a' $CONF)" 'root:shanzhi 640'
    is "$(stat -c '%U %a' /var/lib/shanzhi) $(stat -c '%U %a' /var/backups/shanzhi)" 'shanzhi 700 shanzhi 700'
    is "$(ls -A /var/lib/shanzhi)" ''
    is "$(getent passwd shanzhi | cut -d: -f7)" /usr/sbin/nologin
    # Notices have characters.
    must grep -q Noto <<<"$(fc-list :lang=zh-cn)"
    # Nothing was started or enabled, and nothing is served without an installation.
    never systemctl -q is-active shanzhi
    never systemctl -q is-enabled shanzhi
    local code=0
    as_shanzhi serve >/dev/null 2>&1 || code=$?
    is "$code" 3
    is "$(ls -A /var/lib/shanzhi)" ''
}
after_sqlite_init() {
    is "$(stat -c '%U %a' /var/lib/shanzhi/key)" 'shanzhi 600'
    # A second one changes nothing: no other key, no other passwords.
    local key
    key=$(cksum </var/lib/shanzhi/key)
    never grep -q sysadmin <<<"$(as_shanzhi init)"
    is "$(cksum </var/lib/shanzhi/key)" "$key"
}
after_sqlite_start() {
    is "$(stat -c %U "/proc/$(cat /run/supervised/shanzhi.service.pid)")" shanzhi
    must curl -fsS -o /dev/null http://127.0.0.1:8600/
    must curl -fsS -o /dev/null http://127.0.0.1:8600/desk/
    never curl -fsS -o /dev/null http://10.77.0.7:8600/ # on this machine only
    # A crash is followed by a start.
    kill -KILL "$(cat /run/supervised/shanzhi.service.pid)"
    ready
}
after_sqlite_accounts() { must grep -q lk-admin <<<"$(as_shanzhi account list)"; }

# The client's own address is counted, whatever it claims.
through_proxy() { # URL NAME…
    local url=$1
    shift
    curl -sSk "$@" --interface 10.77.0.7 -H 'X-Forwarded-For: 9.9.9.9' -H 'X-Forwarded-Proto: http' -o /dev/null "$url"
    local line
    line=$(journalctl -u shanzhi | grep "${url##*/}" | tail -n 1) || true
    must grep -q '"address":"10.77.0.7"' <<<"$line"
}
after_sqlite_nginx() {
    through_proxy 'https://points.example.org/api/v1/not-there-by-nginx' --resolve points.example.org:443:10.77.0.7
    is "$(curl -sSk --resolve points.example.org:443:127.0.0.1 -o /dev/null -w '%{http_code}' https://points.example.org/metrics)" 404
    is "$(curl -sS -H 'Host: points.example.org' -o /dev/null -w '%{http_code} %{redirect_url}' http://127.0.0.1/x)" '301 https://points.example.org/x'
}
after_sqlite_caddy() {
    # Its own certificate for the test: the real one comes from the internet.
    sed 's|^points.example.org {|http://points.example.org:8081 {|' /etc/caddy/Caddyfile >/tmp/Caddyfile
    caddy run --adapter caddyfile --config /tmp/Caddyfile >/tmp/caddy.log 2>&1 &
    local caddy=$!
    must curl -fsS --retry 20 --retry-delay 1 --retry-connrefused --resolve points.example.org:8081:127.0.0.1 http://points.example.org:8081/healthz
    through_proxy 'http://points.example.org:8081/api/v1/not-there-by-caddy' --resolve points.example.org:8081:10.77.0.7
    kill $caddy
    wait $caddy || true
}
after_sqlite_backup() {
    local newest
    newest=$(ls -d /var/backups/shanzhi/shanzhi-* | tail -n 1)
    must test -s "$newest/manifest.json"
    never test -e "$newest/key"
    is "$(stat -c %U "$newest")" shanzhi
}
after_sqlite_timer() {
    must [ "$(ls -d /var/backups/shanzhi/shanzhi-* | wc -l)" -ge 2 ]
    must [ -L /etc/systemd/system/timers.target.wants/shanzhi-backup.timer ]
}
after_sqlite_rehearse() {
    # A byte that changed, and a key of somebody else, are found.
    local newest code=0
    newest=$(ls -d /var/backups/shanzhi/shanzhi-* | tail -n 1)
    cp -a "$newest" /tmp/broken
    printf 'x' | dd of=/tmp/broken/shanzhi.db bs=1 seek=5000 conv=notrunc 2>/dev/null
    chown -R shanzhi /tmp/broken
    as_shanzhi restore /tmp/broken --check >/tmp/said 2>&1 || code=$?
    is "$code" 1
}
after_sqlite_restore() { must grep -q lk-admin <<<"$(as_shanzhi account list)"; }
after_sqlite_upgrade() {
    is "$(shanzhi version)" 'shanzhi 0.2.0'
    must grep -q '"migrated","slice":"next"' <<<"$(journalctl -u shanzhi)"
    must compgen -G '/var/lib/shanzhi/before-*' >/dev/null
    must grep -q '^public-url = https://points.example.org' $CONF
    is "$(stat -c '%U:%G %a' $CONF)" 'root:shanzhi 640'
    must grep -q lk-admin <<<"$(as_shanzhi account list)"
}
after_sqlite_holidays() {
    # A mistake in the file is told with its line, and the server does not run with half of it.
    local code=0
    sed 's/共9天/共8天/' /etc/shanzhi/holidays >/tmp/holidays
    as_shanzhi account list --holidays /tmp/holidays >/tmp/said 2>&1 || code=$?
    must [ "$code" != 0 ]
    must grep -q '/tmp/holidays:3' /tmp/said
}
after_sqlite_remove() {
    never test -e /usr/bin/shanzhi
    never test -e $CONF
    never curl -fsS -o /dev/null http://127.0.0.1:8600/healthz
    must getent passwd shanzhi >/dev/null
    # Installed again, it serves what was left.
    apt-get install -y -q --no-install-recommends ./shanzhi_0.2.0_amd64.deb >/dev/null
    is "$(stat -c '%U:%G %a' $CONF)" 'root:shanzhi 640'
    systemctl enable --now shanzhi
    ready
    must grep -q lk-admin <<<"$(as_shanzhi account list)"
}
after_postgresql_move() { must grep -q sysadmin <<<"$(as_shanzhi account list)"; }
