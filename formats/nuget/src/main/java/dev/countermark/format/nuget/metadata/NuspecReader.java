package dev.countermark.format.nuget.metadata;

import dev.countermark.format.nuget.metadata.Nuspec.Dependency;
import dev.countermark.format.nuget.metadata.Nuspec.DependencyGroup;
import dev.countermark.format.nuget.metadata.Nuspec.License;
import dev.countermark.format.nuget.metadata.Nuspec.PackageType;
import dev.countermark.format.nuget.metadata.Nuspec.SourceRepository;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads one nuspec by streaming; no part of it is ever resolved, included or executed. Where the
 * client makes something of what is odd, this makes the same of it, and only a gallery refuses it;
 * nobody may be in doubt about id and version.
 */
final class NuspecReader {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_ELEMENTS = 20_000;
  private static final int MAX_ID = PackageId.LONGEST;
  private static final int MAX_GALLERY_VERSION = 64;

  /** Id, version and suffix are a file's name, which has 255 bytes at most. */
  private static final int MAX_VERSION = 128;

  private static final int MAX_IDENTITY = 160;
  private static final int MAX_TEXT = 4_000;
  private static final int MAX_TITLE = 256;
  private static final int MAX_RELEASE_NOTES = 35_000;
  private static final int MAX_LANGUAGE = 20;
  private static final int MAX_REPOSITORY_TYPE = 100;
  private static final int MAX_EXPRESSION = 500;
  private static final int MAX_FLATTENED = 32_767;
  private static final int MAX_PATH = 500;

  /** The namespaces that schemas had over the years; none at all is right too. */
  private static final String NAMESPACES = "http://schemas.microsoft.com/packaging/";

  private static final NuGetVersion NEWEST_CLIENT =
      NuGetVersion.parse("7.9.0").orElseThrow(IllegalStateException::new);

  /** How the clients of SemVer 1.0.0 know a prerelease label. */
  private static final Pattern OLD_LABEL = Pattern.compile("[A-Za-z][0-9A-Za-z-]*");

  private static final int METADATA_CHILD = 3;

  /** Stands in a path for an element of another vocabulary. */
  private static final String FOREIGN = "";

  private static final XMLInputFactory XML = factory();

  /** Elements that say which package it is. */
  private static final Set<String> IDENTITY = Set.of("id", "version");

  private final Strictness strictness;

  private final Map<String, String> texts = new HashMap<>();
  private final List<PackageType> types = new ArrayList<>();
  private final List<DependencyGroup> groups = new ArrayList<>();
  private final List<Dependency> ungrouped = new ArrayList<>();
  private final Set<String> frameworks = new HashSet<>();
  private final Set<String> idsOfGroup = new HashSet<>();
  private List<Dependency> group;
  private Optional<License> license = Optional.empty();
  private Optional<SourceRepository> repository = Optional.empty();
  private Optional<String> minClientVersion = Optional.empty();
  private final Set<String> seen = new HashSet<>();
  private boolean metadata;
  private String namespace = "";
  private boolean nested;
  private boolean mixed;
  private boolean licensed;
  private int flattened;

  NuspecReader(Strictness strictness) {
    this.strictness = strictness;
  }

  /** A rule of galleries that clients do not know. */
  private void gallery(boolean met, String otherwise) throws InvalidNuspecException {
    if (!met && strictness == Strictness.GALLERY) {
      throw new InvalidNuspecException(otherwise);
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("external entities are not read");
        });
    return factory;
  }

  Nuspec read(byte[] xml) throws InvalidNuspecException {
    if (xml.length > MAX_BYTES) {
      throw new InvalidNuspecException("The nuspec has more than 1 MiB.");
    }
    XmlText text = XmlText.decode(xml);
    try {
      XMLStreamReader in = reader(text);
      try {
        String encoding = in.getCharacterEncodingScheme();
        if (encoding != null && !text.mayDeclare(encoding)) {
          throw new InvalidNuspecException(
              "The nuspec is in another encoding than it says: " + WhyNot.shown(encoding) + ".");
        }
        walk(in);
      } finally {
        in.close();
      }
    } catch (XMLStreamException | RuntimeException e) {
      // The JDK's parser throws unchecked exceptions for some malformed documents.
      throw new InvalidNuspecException("The nuspec is not well-formed XML.");
    }
    return nuspec();
  }

  private static XMLStreamReader reader(XmlText xml) throws XMLStreamException {
    synchronized (XML) { // creating readers is not thread-safe
      return XML.createXMLStreamReader(new StringReader(xml.text()));
    }
  }

  private void walk(XMLStreamReader in) throws XMLStreamException, InvalidNuspecException {
    List<String> path = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int elements = 0;
    while (in.hasNext()) {
      switch (in.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (++elements > MAX_ELEMENTS || path.size() >= MAX_DEPTH) {
            throw new InvalidNuspecException(
                "The nuspec has too many or too deep elements: at most "
                    + MAX_ELEMENTS
                    + ", "
                    + MAX_DEPTH
                    + " deep.");
          }
          if (path.size() == METADATA_CHILD) {
            nested = true;
            checkUnmixed(path, text);
          }
          path.add(name(in, path.size()));
          text.setLength(0);
          open(path, in);
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(in.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          if (path.size() == METADATA_CHILD && nested) {
            checkUnmixed(path, text);
          }
          close(path, text.toString().strip());
          text.setLength(0);
          path.remove(path.size() - 1);
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new InvalidNuspecException("The nuspec must not have a document type.");
        default -> {
          // Comments and processing instructions say nothing.
        }
      }
    }
  }

  /** Of a text with elements in it clients take nothing, and other readers take pieces. */
  private void checkUnmixed(List<String> path, CharSequence text) throws InvalidNuspecException {
    String name = path.get(METADATA_CHILD - 1);
    if (!text.toString().isBlank()) {
      mixed |= path.get(1).equals("metadata");
      String objection = "The nuspec's " + shown(name) + " mixes text and elements.";
      gallery(false, objection);
      if (IDENTITY.contains(name)) {
        throw new InvalidNuspecException(objection);
      }
    }
  }

  /** Below the metadata only what is in its namespace counts, as in the client. */
  private String name(XMLStreamReader in, int depth) {
    boolean own = depth < METADATA_CHILD - 1 || namespace(in).equals(namespace);
    return own ? in.getLocalName() : FOREIGN;
  }

  private static String namespace(XMLStreamReader in) {
    return in.getNamespaceURI() == null ? "" : in.getNamespaceURI();
  }

  private void checkNamespace(XMLStreamReader in) throws InvalidNuspecException {
    gallery(
        namespace(in).isEmpty() || namespace(in).startsWith(NAMESPACES),
        "The nuspec has an unknown namespace: " + WhyNot.shown(namespace(in)) + ".");
  }

  private void open(List<String> path, XMLStreamReader in) throws InvalidNuspecException {
    if (path.size() == METADATA_CHILD) {
      nested = false;
      mixed = false;
      String name = path.get(METADATA_CHILD - 1);
      if (path.get(1).equals("metadata") && !name.equals(FOREIGN) && !seen.add(name)) {
        String objection = "The nuspec has " + shown(name) + " twice.";
        gallery(false, objection);
        if (IDENTITY.contains(name)) {
          throw new InvalidNuspecException(objection);
        }
      }
    }
    switch (String.join("/", path)) {
      case "package" -> checkNamespace(in);
      case "package/metadata" -> {
        if (metadata) {
          throw new InvalidNuspecException("The nuspec has several metadata elements.");
        }
        metadata = true;
        checkNamespace(in);
        namespace = namespace(in);
        String unprefixed = in.getNamespaceURI("");
        if (!namespace.equals(unprefixed == null ? "" : unprefixed)) {
          // Clients look for elements without prefix, whatever this one has.
          throw new InvalidNuspecException("The nuspec's metadata element has a prefix.");
        }
        minClientVersion = attribute(in, "minClientVersion");
      }
      case "package/metadata/license" -> openLicense(in);
      case "package/metadata/repository" -> {
        if (repository.isEmpty()) {
          repository =
              Optional.of(
                  new SourceRepository(
                      attribute(in, "type"),
                      attribute(in, "url"),
                      attribute(in, "branch"),
                      attribute(in, "commit")));
        }
      }
      case "package/metadata/packageTypes/packageType" ->
          types.add(
              new PackageType(
                  attribute(in, "name")
                      .orElseThrow(() -> new InvalidNuspecException("A package type has no name.")),
                  attribute(in, "version")));
      case "package/metadata/dependencies/group" -> {
        Optional<String> framework = attribute(in, "targetFramework");
        gallery(
            frameworks.add(framework.orElse("").toLowerCase(Locale.ROOT)),
            "Two dependency groups have one target framework: "
                + WhyNot.shown(framework.orElse(""))
                + ".");
        group = new ArrayList<>();
        idsOfGroup.clear();
        groups.add(new DependencyGroup(framework, List.of()));
      }
      case "package/metadata/dependencies/dependency" -> add(ungrouped, Optional.empty(), in);
      case "package/metadata/dependencies/group/dependency" ->
          add(group, groups.get(groups.size() - 1).targetFramework(), in);
      default -> {
        // Unknown elements are allowed, as in the client.
      }
    }
  }

  /** Of several the first counts, whatever it is. */
  private void openLicense(XMLStreamReader in) throws InvalidNuspecException {
    String type = attribute(in, "type").orElse("").toLowerCase(Locale.ROOT);
    boolean known = type.equals("file") || type.equals("expression");
    gallery(known, "The license must be of type file or expression.");
    if (known && !licensed) {
      license = Optional.of(new License(type.equals("file"), ""));
    }
    licensed = true;
  }

  private void add(List<Dependency> to, Optional<String> framework, XMLStreamReader in)
      throws InvalidNuspecException {
    String rawId = attribute(in, "id").orElse("");
    PackageId id =
        PackageId.parse(rawId)
            .orElseThrow(
                () ->
                    new InvalidNuspecException(
                        "A dependency has no valid id: " + WhyNot.id(rawId, MAX_ID) + "."));
    String text = attribute(in, "version").orElse("");
    boolean range = VersionRange.parse(text).filter(r -> !r.hasMetadata()).isPresent();
    String objection = range ? "" : WhyNot.range(text);
    gallery(range, "The dependency on " + id + " has no valid version range: " + objection + ".");
    gallery(idsOfGroup.add(id.lower()), "A group has two dependencies on " + id + ".");
    flattened += (id + ":" + text + ":" + framework.orElse("") + "|").length();
    gallery(
        flattened <= MAX_FLATTENED,
        "The nuspec has too many dependencies: more than "
            + MAX_FLATTENED
            + " characters with ids, versions and frameworks.");
    to.add(new Dependency(id, VersionRange.lenient(text)));
  }

  private void close(List<String> path, String text) throws InvalidNuspecException {
    String where = String.join("/", path);
    if (where.equals("package/metadata/dependencies/group")) {
      int last = groups.size() - 1;
      groups.set(last, new DependencyGroup(groups.get(last).targetFramework(), group));
    } else if (where.equals("package/metadata/license")) {
      license = license.map(l -> l.value().isEmpty() ? new License(l.file(), text) : l);
    } else if (path.size() == METADATA_CHILD
        && where.startsWith("package/metadata/")
        && !text.isEmpty()
        && !mixed) {
      texts.putIfAbsent(path.get(METADATA_CHILD - 1), text);
    }
  }

  private static String shown(String name) {
    String printable = name.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() > 40 ? printable.substring(0, 40) : printable;
  }

  private static Optional<String> attribute(XMLStreamReader in, String name) {
    return Optional.ofNullable(in.getAttributeValue(null, name))
        .map(String::strip)
        .filter(v -> !v.isEmpty());
  }

  private Nuspec nuspec() throws InvalidNuspecException {
    if (!metadata) {
      throw new InvalidNuspecException("The nuspec has no metadata.");
    }
    String rawId = texts.getOrDefault("id", "");
    PackageId id =
        PackageId.parse(rawId)
            .orElseThrow(
                () ->
                    new InvalidNuspecException(
                        "The package has no valid id: " + WhyNot.id(rawId, MAX_ID) + "."));
    NuGetVersion version = version(texts.getOrDefault("version", ""));
    checkGalleryVersion(rawId, version);
    if (!ungrouped.isEmpty()) {
      gallery(groups.isEmpty(), "Dependencies are either all in groups or none.");
      if (groups.isEmpty()) {
        groups.add(new DependencyGroup(Optional.empty(), ungrouped));
      }
    }
    checkMinClientVersion();
    checkRepository();
    return new Nuspec(
        id,
        version,
        required("authors"),
        required("description"),
        text("title", MAX_TITLE),
        text("summary", MAX_TEXT),
        text("releaseNotes", MAX_RELEASE_NOTES),
        text("copyright", MAX_TEXT),
        text("language", MAX_LANGUAGE),
        url("projectUrl"),
        url("iconUrl"),
        url("licenseUrl"),
        file("icon"),
        file("readme"),
        checkedLicense(),
        tags(),
        bool("requireLicenseAcceptance"),
        bool("developmentDependency"),
        minClientVersion,
        repository,
        types,
        groups);
  }

  private static NuGetVersion version(String raw) throws InvalidNuspecException {
    Optional<NuGetVersion> version = NuGetVersion.parse(raw).filter(v -> !v.hasZeros());
    if (version.isEmpty()) {
      throw new InvalidNuspecException(
          "The package has no valid version: " + WhyNot.version(raw, NuGetVersion.LONGEST) + ".");
    }
    String normalized = version.get().normalized();
    if (normalized.length() > MAX_VERSION) {
      throw new InvalidNuspecException(
          "The package has no valid version: " + WhyNot.tooLong(normalized, MAX_VERSION) + ".");
    }
    return version.get();
  }

  private void checkGalleryVersion(String id, NuGetVersion version) throws InvalidNuspecException {
    String full = version.full();
    gallery(
        full.length() <= MAX_GALLERY_VERSION,
        "The package has no valid version: " + WhyNot.tooLong(full, MAX_GALLERY_VERSION) + ".");
    gallery(
        id.length() + full.length() <= MAX_IDENTITY,
        "Id and version are too long together: more than " + MAX_IDENTITY + " characters.");
    gallery(
        !version.isPrerelease()
            || version.isSemVer2()
            || OLD_LABEL.matcher(version.label()).matches(),
        "A prerelease label without dots must begin with a letter, as in 1.0.0-rc1.");
  }

  private void checkMinClientVersion() throws InvalidNuspecException {
    if (minClientVersion.isPresent()) {
      String written = minClientVersion.get();
      Optional<NuGetVersion> client = NuGetVersion.parse(written);
      if (client.isEmpty()) {
        throw new InvalidNuspecException(
            "minClientVersion is no version: "
                + WhyNot.version(written, NuGetVersion.LONGEST)
                + ".");
      }
      gallery(
          client.get().compareTo(NEWEST_CLIENT) <= 0,
          "minClientVersion names a client after " + NEWEST_CLIENT + ", the newest that is known.");
    }
  }

  private void checkRepository() throws InvalidNuspecException {
    if (repository.isPresent()) {
      SourceRepository r = repository.get();
      gallery(
          r.type().orElse("").length() <= MAX_REPOSITORY_TYPE
              && r.url().orElse("").length() <= MAX_TEXT
              && r.branch().orElse("").length() <= MAX_TEXT
              && r.commit().orElse("").length() <= MAX_TEXT,
          "The repository's type, url, branch or commit is too long.");
    }
  }

  /** One that says nothing is none. */
  private Optional<License> checkedLicense() throws InvalidNuspecException {
    if (license.isPresent()) {
      String value = license.get().value();
      gallery(
          !value.isEmpty() && value.length() <= MAX_EXPRESSION,
          "The license is empty or has more than " + MAX_EXPRESSION + " characters.");
    }
    return license.filter(l -> !l.value().isEmpty());
  }

  private String required(String name) throws InvalidNuspecException {
    Optional<String> text = text(name, MAX_TEXT);
    // The client leaves authors out of the symbols packages that it makes.
    boolean needed = types.stream().noneMatch(Nuspec::isOfSymbols);
    gallery(text.isPresent() || !needed, "The nuspec has no " + name + ".");
    return text.orElse("");
  }

  private Optional<String> text(String name, int longest) throws InvalidNuspecException {
    String text = texts.get(name);
    gallery(
        text == null || text.length() <= longest,
        "The nuspec's " + name + " has more than " + longest + " characters.");
    return Optional.ofNullable(text);
  }

  private Optional<String> file(String name) throws InvalidNuspecException {
    return text(name, MAX_PATH).map(p -> p.replace('\\', '/'));
  }

  private Optional<String> url(String name) throws InvalidNuspecException {
    Optional<String> text = text(name, MAX_TEXT);
    Optional<String> url = text.flatMap(WebAddress::of);
    gallery(
        text.isEmpty() || url.isPresent(),
        "The nuspec's " + name + " is no absolute http(s) URL: " + WhyNot.shown(text.orElse("")));
    return url;
  }

  private boolean bool(String name) throws InvalidNuspecException {
    String text = texts.getOrDefault(name, "false").toLowerCase(Locale.ROOT);
    gallery(Set.of("true", "1", "false", "0").contains(text), name + " must be true or false.");
    return text.equals("true");
  }

  private List<String> tags() throws InvalidNuspecException {
    return text("tags", MAX_TEXT)
        .map(t -> Arrays.stream(t.split("[\\s,;]+")).filter(tag -> !tag.isEmpty()).toList())
        .orElse(List.of());
  }
}
