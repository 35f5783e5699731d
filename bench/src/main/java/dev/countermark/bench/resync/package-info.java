/** The benchmark of campaigns that sign whole repositories anew; knows no format. */
package dev.countermark.bench.resync;
