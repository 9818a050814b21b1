#!/usr/bin/env perl
# Lists or makes mutants of a C++ file: one operator or constant changed at a time. Comments, strings, preprocessor lines,
# static assertions, the ranges in rows of fields() and the defaults of public members (every program that includes the
# header has its own copy) are left alone; operators are recognised by the spaces that clang-format puts around them.
#   mutate.pl list FILE            one line per mutant: NUMBER<tab>LINE<tab>FROM -> TO<tab>text of the line
#   mutate.pl make FILE NUMBER     the mutated file on stdout
use strict;
use warnings;

my ($verb, $file, $wanted) = @ARGV;
die "usage: mutate.pl list FILE | mutate.pl make FILE NUMBER\n"
  unless defined $file && ($verb eq 'list' || ($verb eq 'make' && defined $wanted));
open(my $in, '<', $file) or die "$file: $!\n";
local $/;
my $text = <$in>;
close $in;

# The same length, with what is no code blanked.
my $code = $text;
$code =~ s{(//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|^\#[^\n]*|static_assert\([^;]*;)}
          {(my $blank = $1) =~ s/[^\n]/ /g; $blank}gemsx;
$code =~ s{(\bfield\([^()]*\))}{(my $blank = $1) =~ s/[^\n]/ /g; $blank}ge;
if ($file =~ /hpp$/) {
  $code =~ s{^(  [\w:<>, ]+ \w*[^_\s] = [\w.:'-]+;)}{(my $blank = $1) =~ s/[^\n]/ /g; $blank}gem;
}

my %swap = (
  ' < ' => ' <= ', ' <= ' => ' < ', ' > ' => ' >= ', ' >= ' => ' > ', ' == ' => ' != ', ' != ' => ' == ',
  ' + ' => ' - ', ' - ' => ' + ', ' * ' => ' / ', ' / ' => ' * ', ' % ' => ' * ', ' += ' => ' -= ', ' -= ' => ' += ',
  ' && ' => ' || ', ' || ' => ' && ', ' & ' => ' | ', ' | ' => ' & ', ' << ' => ' >> ', ' >> ' => ' << ', ' ^ ' => ' | ',
  '++' => '--', '--' => '++', 'true' => 'false', 'false' => 'true', 'std::min' => 'std::max', 'std::max' => 'std::min',
);
my @mutants;    # [offset, from, to]
my $operators = join '|', map { quotemeta } sort { length $b <=> length $a } grep { /^ |\+\+|--/ } keys %swap;
while ($code =~ /($operators)/g) { push @mutants, [$-[1], $1, $swap{$1}]; pos($code) = $-[1] + 1; }
while ($code =~ /\b(true|false|std::min|std::max)\b/g) { push @mutants, [$-[1], $1, $swap{$1}]; }
while ($code =~ /(?<=[(\s])!(?=[\w(*])/g) { push @mutants, [$-[0], '!', '']; }
while ($code =~ /(?<![\w.'])(\d+)(\.\d+)?(?=(?:U|ULL|UL|ms|s)?\b)(?![\w.]*x)/g) {
  my ($whole, $rest) = ($1, $2 // '');
  push @mutants, [$-[1], "$whole$rest", ($whole + 1) . $rest];
}
@mutants = sort { $a->[0] <=> $b->[0] } @mutants;

if ($verb eq 'make') {
  my $mutant = $mutants[$wanted] or die "$file: no mutant $wanted\n";
  substr($text, $mutant->[0], length $mutant->[1]) = $mutant->[2];
  print $text;
  exit 0;
}
for my $number (0 .. $#mutants) {
  my ($at, $from, $to) = @{$mutants[$number]};
  my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);
  my $begin = rindex($text, "\n", $at) + 1;
  my $end = index($text, "\n", $at);
  my $shown = substr($text, $begin, $end - $begin);
  $shown =~ s/^\s+//;
  s/^ | $//g for $from, $to;
  print "$number\t$line\t$from -> $to\t$shown\n";
}
