/** What the launcher tells and shows of NuGet packages: the only place where it knows them. */
package dev.countermark.standalone.nuget;
