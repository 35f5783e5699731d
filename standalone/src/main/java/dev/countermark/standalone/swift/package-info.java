/** What the launcher tells and shows of Swift packages: the only place where it knows them. */
package dev.countermark.standalone.swift;
