/**
 * The port to the object store ({@link dev.countermark.blobs.BlobStore}) with two adapters, S3 and
 * in memory, held to one contract suite; and {@link dev.countermark.blobs.Records}, the one way to
 * change a record.
 *
 * <p>Knows keys as text and contents as bytes; must not know formats, events or services.
 */
package dev.countermark.blobs;
