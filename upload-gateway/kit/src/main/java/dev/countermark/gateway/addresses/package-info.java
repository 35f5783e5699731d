/** Where clients find this gateway. Must not know what is at which address. */
package dev.countermark.gateway.addresses;
