/**
 * {@code countermark-ctl verify swift}: how Swift packages are judged. Start with {@link
 * VerifySwift}.
 */
package dev.countermark.ctl.swift;
