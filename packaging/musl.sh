#!/bin/sh
# SPDX-License-Identifier: MIT
# musl.sh CC OUT: makes OUT/include and OUT/lib, in which a program finds libev, inih and the kernel's headers for
# musl, and OUT/cc, a compiler for static position-independent programs. The sources are, in this order: the directories LIBEV_SRC and INIH_SRC; the distribution's own static
# libraries, where musl is the system's C library; Debian's source packages, through this machine's apt, with
# checksums that stand in sources.sha256.
set -eu
export LC_ALL=C

cc=$1
mkdir -p "$2/include" "$2/lib" "$2/src"
out=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "musl.sh: $*" >&2; exit 1; }

command -v "$cc" >/dev/null || fail "\"$cc\" is not there; apt-get install musl-tools"

# Debian's musl-gcc looks into musl's own folder only, and the kernel's headers lie elsewhere.
kernel_headers() {
    for d in linux asm-generic "$("$cc" -dumpmachine)/asm" asm; do
        [ ! -d "/usr/include/$d" ] || ln -sfn "/usr/include/$d" "$out/include/$(basename "$d")"
    done
    [ -e "$out/include/linux/mount.h" ] && [ -e "$out/include/asm/unistd.h" ] ||
        fail "the kernel's headers are not in /usr/include; apt-get install linux-libc-dev"
}

# Debian's musl-gcc cannot link a static-pie: its specs name the start file and the linker's flags of a dynamic
# program. Ours are the same with those two lines changed.
wrap_compiler() {
    specs=$(sed -n 's/.*-specs "\(.*\)".*/\1/p' "$(command -v "$cc")")
    [ -e "$specs" ] || fail "\"$cc\" is not the musl-gcc that Debian has: it names no specs file"
    sed -e 's/Scrt1\.o/rcrt1.o/' \
        -e 's/^-dynamic-linker .*/-static -pie --no-dynamic-linker -z text -nostdlib/' "$specs" >"$out/static-pie.specs"
    printf '#!/bin/sh\nexec "${REALGCC:-gcc}" "$@" -specs "%s"\n' "$out/static-pie.specs" >"$out/cc"
    chmod 755 "$out/cc"
}

# Sets `mirror` to the address of Debian's archive as this machine's apt has it.
find_mirror() {
    command -v apt-get >/dev/null || fail "no apt-get here; set LIBEV_SRC and INIH_SRC to unpacked sources"
    for attempt in 1 2; do
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
            awk '$2 == "Debian" { print $1; exit }')
        [ -z "$mirror" ] || return 0
        [ "$attempt" = 2 ] || apt-get -q update >&2 || break
    done
    fail "apt knows no Debian archive; set LIBEV_SRC and INIH_SRC to unpacked sources"
}

# debian NAME FILE: unpacks one upstream archive of Debian's pool, and prints where.
debian() {
    dir=$out/src/$1
    if [ ! -e "$dir/.done" ]; then
        sum=$(awk -v f="$2" '$2 == f { print $1 }' "$here/sources.sha256")
        [ -n "$sum" ] || fail "no checksum for $2 in sources.sha256"
        [ -n "${mirror:-}" ] || find_mirror
        pool=pool/main/$(echo "$1" | cut -c1-4)/$1/$2
        /usr/lib/apt/apt-helper -o APT::Sandbox::User="$(id -un)" download-file "$mirror$pool" "$out/src/$2" "SHA256:$sum" >&2 ||
            fail "cannot fetch $pool from apt's Debian archive"
        echo "$sum  $out/src/$2" | sha256sum -c --quiet >&2 || fail "$2 is not what sources.sha256 says"
        rm -rf "$dir" && mkdir "$dir"
        tar -xzf "$out/src/$2" -C "$dir" --strip-components=1
        : >"$dir/.done"
    fi
    echo "$dir"
}

# compile NAME SOURCE [FLAG...]: a static library of one source file.
compile() {
    name=$1
    source=$2
    shift 2
    # shellcheck disable=SC2086 # CFLAGS is a list
    "$cc" -Os -fPIE -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fstack-protector-strong \
        -fstack-clash-protection -isystem "$out/include" "$@" ${CFLAGS:-} -w -c -o "$out/lib/$name.o" "$source"
    rm -f "$out/lib/lib$name.a"
    ar rcs "$out/lib/lib$name.a" "$out/lib/$name.o"
}

is_musl=no
case $("$cc" -dumpmachine) in *musl*) is_musl=yes ;; esac
if [ "$is_musl" = yes ]; then
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$cc" >"$out/cc"
    chmod 755 "$out/cc"
else
    kernel_headers
    wrap_compiler
fi

if [ "$is_musl" = yes ] && [ -z "${LIBEV_SRC:-}${INIH_SRC:-}" ]; then
    printf '#include <%s>\n' ev.h ini.h linux/mount.h >"$out/src/try.c"
    echo 'int main(void) { return 0; }' >>"$out/src/try.c"
    "$cc" -static -o "$out/src/try" "$out/src/try.c" -lev -linih -lm 2>/dev/null && exit 0
    fail "libev, inih (static libraries) or the kernel's headers are not there;" \
        "apk add libev-dev inih-dev linux-headers, or set LIBEV_SRC and INIH_SRC"
fi

libev=${LIBEV_SRC:-$(debian libev libev_4.33.orig.tar.gz)}
inih=${INIH_SRC:-$(debian libinih libinih_59.orig.tar.gz)}
[ -e "$libev/ev.c" ] || fail "no ev.c in \"$libev\""
[ -e "$inih/ini.c" ] || fail "no ini.c in \"$inih\""
cat "$here/libev-features.h" "$libev/ev.h" >"$out/include/ev.h"
cp "$inih/ini.h" "$out/include/ini.h"
compile ev "$libev/ev.c" -DEV_STANDALONE=1 -DEV_H='<ev.h>' -DNDEBUG
compile inih "$inih/ini.c"
