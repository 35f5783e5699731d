/**
 * Rules about the whole checkout: its classes and its documents. They read files only and need no
 * running platform.
 */
package dev.countermark.rules;
