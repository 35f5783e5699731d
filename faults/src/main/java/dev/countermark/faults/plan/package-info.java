/**
 * What is broken and what is done meanwhile, drawn from a seed before anything begins. Knows no
 * platform. Start with {@link dev.countermark.faults.plan.Schedule}.
 */
package dev.countermark.faults.plan;
