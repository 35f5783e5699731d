/**
 * Looks at files of settings before a service does. Begin at {@link ConfigCheck}. Which keys there
 * are is made from the services' code and lies here as a resource; must not know any of them.
 */
package dev.countermark.standalone.config;
