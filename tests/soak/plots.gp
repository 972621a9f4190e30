# SPDX-License-Identifier: GPL-3.0-or-later
#
# The soak's plots: gnuplot -e "folder='FOLDER'" tests/soak/plots.gp draws FOLDER/*.svg from FOLDER/*.dat.
set terminal svg size 1000,420 dynamic background rgb 'white' font 'sans,12'
set key outside bottom center horizontal
set grid ytics
set xlabel 'simulated day'
set autoscale xfix
file(name) = folder . '/' . name
samples = file('samples.dat')
lags = file('lag.dat')
troubles = file('trouble.dat')

set output file('lag.svg')
set title 'From a transition upstream until it is stored'
set ylabel 'seconds of simulated time, at least 0.01'
set logscale y
set yrange [0.01:*]
at_least(x) = x > 0.01 ? x : 0.01
plot lags using 1:(at_least($5)) with points pointtype 7 pointsize 0.3 linecolor rgb '#bbbbbb' title 'longest', \
     lags using 1:(at_least($4)) with lines linecolor rgb '#d95f02' title 'p99', \
     lags using 1:(at_least($3)) with lines linewidth 2 linecolor rgb '#1b6ca8' title 'p50', \
     troubles using 1:($4 == 1 ? 0.03 : 1/0) with impulses linecolor rgb '#cc0000' title 'claimd started anew'
unset logscale y

set output file('memory.svg')
set title 'Memory of claimd; a new line begins where it was started anew'
set ylabel 'MiB'
set yrange [0:*]
plot samples using 1:2 with lines linecolor rgb '#1b6ca8' title 'resident', \
     samples using 1:3 with lines linecolor rgb '#d95f02' title 'of its own (RssAnon)'

set output file('descriptors.svg')
set title 'Descriptors that claimd has open'
set ylabel 'descriptors'
plot samples using 1:4 with lines linecolor rgb '#1b6ca8' notitle

set output file('size.svg')
set title 'Size of the file'
set ylabel 'MiB'
plot samples using 1:5 with lines linecolor rgb '#1b6ca8' title 'database', \
     samples using 1:6 with lines linecolor rgb '#d95f02' title 'write-ahead log'

set output file('pace.svg')
set title 'Transitions upstream, and the real time that they took'
set ylabel 'transitions'
set y2label 'seconds of real time'
set y2tics
set y2range [0:*]
plot samples using 1:7 with lines linecolor rgb '#1b6ca8' title 'transitions', \
     samples using 1:8 axes x1y2 with lines linecolor rgb '#d95f02' title 'real time'
