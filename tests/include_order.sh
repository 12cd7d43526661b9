#!/bin/sh
# Checks the house rules that no compiler knows, over every source below src/ (see style.md 1, 9, 15):
#   order    a slice includes only itself and what stands before it in SLICES of CMakeLists.txt, and of
#            a slice above http only its one public header (or a .def table)
#   tables   only the slice whose .sql creates a table names it in SQL; a foreign key may point downwards
#   banned   calls and headers of src/kernel/banned.h
# Usage: tests/include_order.sh [root]. Prints one line per breach; exit 1 when there is any.
set -eu
cd "${1:-$(dirname "$0")/..}"
exec perl -w - <<'PERL'
use strict;
use utf8;
my $breaches = 0;
sub breach { print join('', @_), "\n"; $breaches++ }
sub slurp { my ($p) = @_; local $/; open(my $f, '<', $p) or die "$p: $!\n"; my $t = <$f>; defined $t ? $t : '' }
sub line_at { my ($text, $at) = @_; 1 + (substr($text, 0, $at) =~ tr/\n//) }

slurp('CMakeLists.txt') =~ /set\(SLICES\s+([^)]*)\)/ or die "no SLICES in CMakeLists.txt\n";
my @slices = split ' ', $1;
my %rank; @rank{@slices} = 0 .. $#slices;
my $public_from = exists $rank{http} ? $rank{http} : 0; # kernel, store and http have several public headers

my @files;
for my $dir (glob 'src/*/') {
    my ($slice) = $dir =~ m{src/([^/]+)/};
    exists $rank{$slice} or breach("src/$slice: not in SLICES of CMakeLists.txt");
    push @files, glob "$dir*.c $dir*.h $dir*.def $dir*.sql";
}
push @files, glob 'src/*.c src/*.h';

# ---- the tables and their owners ----
my %owner;
for my $f (grep { /\.sql$/ } @files) {
    my ($slice) = $f =~ m{src/([^/]+)/};
    (my $sql = slurp($f)) =~ s/--[^\n]*//g;
    while ($sql =~ /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/gi) {
        my $t = lc $1;
        breach("$f: table $t belongs to $owner{$t}") if $owner{$t} && $owner{$t} ne $slice;
        $owner{$t} = $slice unless $owner{$t};
    }
}

# ---- the banned names ----
my (@calls, @headers, @any);
{
    (my $b = slurp('src/kernel/banned.h')) =~ s{/\*.*?\*/}{}gs;
    while ($b =~ /\bBANNED(_INCLUDE)?\(((?:[^()"]|"[^"]*")*)\)/g) {
        my ($inc, $args) = ($1, $2);
        $args =~ s/"\s+"//g;
        my ($names, $where, $instead) = $args =~ /"([^"]*)"/g;
        defined $instead or die "src/kernel/banned.h: malformed: $args\n";
        my %may = map { $_ => 1 } split ' ', $where;
        exists $rank{$_} or $_ eq 'tests' or die "src/kernel/banned.h: no slice $_\n" for keys %may;
        if ($inc) { push @headers, [$names, \%may, $instead]; next }
        for my $n (split ' ', $names) {
            (my $re = quotemeta $n) =~ s/\\\*$/\\w*/;
            # A function of memory is also banned as a callback; other names may be variables.
            my $callback = $n =~ /alloc|free|dup/ ? "|[(,=]\\s*$re\\s*[,);]" : '';
            push @calls, [qr/(?<![\w.>])$re\s*\($callback/, \%may, $instead, $n];
            push @any, $re;
        }
    }
    @calls && @headers or die "src/kernel/banned.h: no rows\n";
}
my $any = join '|', @any;
my $any_call = qr/\b(?:$any)\b/; # most files hold none: looked at once

# Comments gone, each string literal replaced by "" in $code and collected, joined with its neighbours,
# in @sql. Newlines stay, so that line numbers hold.
sub split_c {
    my ($text) = @_;
    my ($code, @sql, $open) = ('');
    while ($text =~ m{\G(?:(//[^\n]*|/\*.*?\*/)|"((?:[^"\\\n]|\\.)*)"|('(?:[^'\\\n]|\\.)*')|(\s+)|(.))}gs) {
        my ($comment, $string, $char, $space, $other) = ($1, $2, $3, $4, $5);
        if (defined $string) {
            push @sql, [line_at($text, $-[0]), ''] unless $open;
            $open = 1;
            $sql[-1][1] .= $string;
            $code .= '""';
        } elsif (defined $comment) {
            $code .= ' ' . ("\n" x ($comment =~ tr/\n//));
        } elsif (defined $space) {
            $code .= $space;
        } else {
            $open = 0;
            $code .= defined $char ? "'0'" : $other;
        }
    }
    return ($code, @sql);
}

# A second public header says so in its first comment: "Public: …".
my %public;
sub is_public {
    my ($path) = @_;
    $public{$path} = -e "src/$path" && slurp("src/$path") =~ m{\A/\*(?:(?!\*/).)*\bPublic: }s unless exists $public{$path};
    return $public{$path};
}

sub check_includes {
    my ($f, $slice, $text, $is_test) = @_;
    while ($text =~ /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]/mg) {
        my ($kind, $path, $line) = ($1, $2, line_at($text, $-[0]));
        if ($kind eq '<') {
            for my $h (@headers) {
                breach("$f:$line: <$path> belongs to ", join(' and ', sort keys %{$h->[1]}), "; use $h->[2]")
                    if index($path, $h->[0]) == 0 && !$is_test && !$h->[1]{$slice};
            }
            next;
        }
        my ($of) = $path =~ m{^([^/]+)/};
        if (!defined $of || !exists $rank{$of}) { breach("$f:$line: \"$path\" is not slice/header"); next }
        next if $of eq $slice || $slice eq '';
        if ($rank{$of} > $rank{$slice}) {
            breach("$f:$line: $slice may not include \"$path\": $of stands above it");
        } elsif ($rank{$of} > $public_from && $path ne "$of/$of.h" && $path !~ /\.def$/ && !is_public($path)) {
            breach("$f:$line: \"$path\" is inside $of; include \"$of/$of.h\"");
        }
    }
}

sub check_calls {
    my ($f, $slice, $code, $is_test) = @_;
    return unless $code =~ $any_call;
    for my $c (@calls) {
        my ($re, $may, $instead, $name) = @$c;
        my $nobody = !grep { $_ ne 'tests' } keys %$may;
        next if $is_test ? %$may : $slice eq '' ? !$nobody : $may->{$slice};
        while ($code =~ /$re/g) { breach("$f:", line_at($code, $-[0]), ": $name is banned here; use $instead") }
    }
}

my $list = qr/(?:\w+(?:\s+(?:AS\s+)?\w+)?\s*,\s*)*/;
sub check_sql {
    my ($f, $slice, $line, $sql) = @_;
    while ($sql =~ /\b(?:FROM\s+$list|JOIN\s+|INTO\s+|UPDATE\s+|TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?|ON\s+)"?(\w+)/g) {
        my $t = lc $1;
        next unless $owner{$t} && $owner{$t} ne $slice;
        next if $& =~ /^ON/ && $f !~ /\.sql$/; # a join's condition; in .sql an index
        breach("$f:$line: table $t belongs to $owner{$t}");
    }
}

for my $f (@files) {
    my ($slice) = $f =~ m{src/([^/]+)/};
    $slice = '' unless defined $slice; # src/main.c sees everything
    next if $slice ne '' && !exists $rank{$slice};
    my $text = slurp($f);
    my $is_test = $f =~ /(?:_test|_fuzz)\.c$|\/(?:\w+_)?test\.h$/;
    if ($f =~ /\.sql$/) {
        $text =~ s/--[^\n]*//g;
        check_sql($f, $slice, 1, $text);
        while ($text =~ /\bIN\s*\((?:[^(),]+,){2}/gi) {
            breach("$f:", line_at($text, $-[0]), ': IN with more than two values in a schema: SQLite builds a table at each execution; write OR');
        }
        while ($text =~ /\bREFERENCES\s+"?(\w+)/gi) {
            my $t = lc $1;
            breach("$f:", line_at($text, $-[0]), ": REFERENCES $t, a table of $owner{$t} above")
                if $owner{$t} && $rank{$owner{$t}} > $rank{$slice};
        }
        next;
    }
    next if $f eq 'src/kernel/banned.h';
    my ($code, @sql) = split_c($text);
    (my $plain = $text) =~ s{/\*.*?\*/}{ "\n" x ($& =~ tr/\n//) }gse;
    check_includes($f, $slice, $plain, $is_test);
    check_calls($f, $slice, $code, $is_test);
    next if $is_test;
    check_sql($f, $slice, @$_) for grep { $_->[1] =~ /\b(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP)\b/ } @sql;
}
printf "%d files, %d slices, %d tables, %d banned names: %s\n", scalar @files, scalar @slices, scalar keys %owner,
    scalar @calls, $breaches ? "$breaches breaches" : 'in order';
exit($breaches ? 1 : 0);
PERL
