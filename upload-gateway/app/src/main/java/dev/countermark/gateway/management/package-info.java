/**
 * What operators ask of the gateway: health and metrics, on a port and on threads of their own, so
 * that they are told whatever clients do. Must not know formats, nor repositories.
 */
package dev.countermark.gateway.management;
