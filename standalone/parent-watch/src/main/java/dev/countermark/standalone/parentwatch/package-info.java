/** A Java agent that ties a child's life to its parent's. Knows nothing else. */
package dev.countermark.standalone.parentwatch;
