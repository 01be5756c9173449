/** JMH benchmarks. They assert nothing about time; what they are compared with runs beside them. */
@NullMarked
package io.tensorcache.benchmarks;

import org.jspecify.annotations.NullMarked;
