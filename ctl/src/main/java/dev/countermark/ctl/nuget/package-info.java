/**
 * {@code countermark-ctl verify nupkg}: how NuGet packages are judged. Start with {@link
 * VerifyNupkg}.
 */
package dev.countermark.ctl.nuget;
