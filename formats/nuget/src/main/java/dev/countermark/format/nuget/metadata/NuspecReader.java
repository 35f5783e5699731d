package dev.countermark.format.nuget.metadata;

import dev.countermark.format.nuget.metadata.Nuspec.Dependency;
import dev.countermark.format.nuget.metadata.Nuspec.DependencyGroup;
import dev.countermark.format.nuget.metadata.Nuspec.License;
import dev.countermark.format.nuget.metadata.Nuspec.PackageType;
import dev.countermark.format.nuget.metadata.Nuspec.SourceRepository;
import java.io.StringReader;
import java.net.URI;
import java.net.URISyntaxException;
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

/** Reads one nuspec by streaming; no part of it is ever resolved, included or executed. */
final class NuspecReader {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_ELEMENTS = 20_000;
  private static final int MAX_ID = 100;
  private static final int MAX_VERSION = 64;
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

  private final Map<String, String> texts = new HashMap<>();
  private final List<PackageType> types = new ArrayList<>();
  private final List<DependencyGroup> groups = new ArrayList<>();
  private final List<Dependency> ungrouped = new ArrayList<>();
  private final Set<String> frameworks = new HashSet<>();
  private List<Dependency> group;
  private Optional<License> license = Optional.empty();
  private Optional<SourceRepository> repository = Optional.empty();
  private Optional<String> minClientVersion = Optional.empty();
  private final Set<String> seen = new HashSet<>();
  private boolean metadata;
  private String namespace = "";
  private boolean nested;
  private int flattened;

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
          throw new InvalidNuspecException("The nuspec is in another encoding than it says.");
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
            throw new InvalidNuspecException("The nuspec has too many or too deep elements.");
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

  /** Readers differ in which piece of a text with elements in it they take. */
  private static void checkUnmixed(List<String> path, CharSequence text)
      throws InvalidNuspecException {
    if (!text.toString().isBlank()) {
      throw new InvalidNuspecException(
          "The nuspec's " + shown(path.get(METADATA_CHILD - 1)) + " mixes text and elements.");
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

  private static void checkNamespace(XMLStreamReader in) throws InvalidNuspecException {
    if (!namespace(in).isEmpty() && !namespace(in).startsWith(NAMESPACES)) {
      throw new InvalidNuspecException("The nuspec has an unknown namespace.");
    }
  }

  private void open(List<String> path, XMLStreamReader in) throws InvalidNuspecException {
    if (path.size() == METADATA_CHILD) {
      nested = false;
      String name = path.get(METADATA_CHILD - 1);
      if (path.get(1).equals("metadata") && !name.equals(FOREIGN) && !seen.add(name)) {
        throw new InvalidNuspecException("The nuspec has " + shown(name) + " twice.");
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
        minClientVersion = attribute(in, "minClientVersion");
      }
      case "package/metadata/license" -> openLicense(in);
      case "package/metadata/repository" ->
          repository =
              Optional.of(
                  new SourceRepository(
                      attribute(in, "type"),
                      attribute(in, "url"),
                      attribute(in, "branch"),
                      attribute(in, "commit")));
      case "package/metadata/packageTypes/packageType" ->
          types.add(
              new PackageType(
                  attribute(in, "name")
                      .orElseThrow(() -> new InvalidNuspecException("A package type has no name.")),
                  attribute(in, "version")));
      case "package/metadata/dependencies/group" -> {
        Optional<String> framework = attribute(in, "targetFramework");
        if (!frameworks.add(framework.orElse("").toLowerCase(Locale.ROOT))) {
          throw new InvalidNuspecException("Two dependency groups have one target framework.");
        }
        group = new ArrayList<>();
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

  private void openLicense(XMLStreamReader in) throws InvalidNuspecException {
    String type = attribute(in, "type").orElse("").toLowerCase(Locale.ROOT);
    if (!type.equals("file") && !type.equals("expression")) {
      throw new InvalidNuspecException("The license must be of type file or expression.");
    }
    license = Optional.of(new License(type.equals("file"), ""));
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
    VersionRange range =
        VersionRange.parse(text)
            .filter(r -> !r.hasMetadata())
            .orElseThrow(
                () ->
                    new InvalidNuspecException(
                        "The dependency on "
                            + id
                            + " has no valid version range: "
                            + WhyNot.range(text)
                            + "."));
    if (to.stream().anyMatch(d -> d.id().lower().equals(id.lower()))) {
      throw new InvalidNuspecException("A group has two dependencies on " + id + ".");
    }
    flattened += (id + ":" + text + ":" + framework.orElse("") + "|").length();
    if (flattened > MAX_FLATTENED) {
      throw new InvalidNuspecException("The nuspec has too many dependencies.");
    }
    to.add(new Dependency(id, range));
  }

  private void close(List<String> path, String text) throws InvalidNuspecException {
    String where = String.join("/", path);
    if (where.equals("package/metadata/dependencies/group")) {
      int last = groups.size() - 1;
      groups.set(last, new DependencyGroup(groups.get(last).targetFramework(), group));
    } else if (where.equals("package/metadata/license")) {
      license = license.map(l -> new License(l.file(), text));
    } else if (path.size() == METADATA_CHILD
        && where.startsWith("package/metadata/")
        && !text.isEmpty()) {
      texts.put(path.get(METADATA_CHILD - 1), text);
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
    NuGetVersion version =
        Optional.of(texts.getOrDefault("version", ""))
            .filter(v -> v.length() <= MAX_VERSION)
            .flatMap(NuGetVersion::parse)
            .orElseThrow(
                () ->
                    new InvalidNuspecException(
                        "The package has no valid version: "
                            + WhyNot.version(texts.getOrDefault("version", ""), MAX_VERSION)
                            + "."));
    if (version.full().length() > MAX_VERSION
        || rawId.length() + version.full().length() > MAX_IDENTITY) {
      throw new InvalidNuspecException("Id and version are too long together.");
    }
    if (version.isPrerelease()
        && !version.isSemVer2()
        && !OLD_LABEL.matcher(version.label()).matches()) {
      throw new InvalidNuspecException(
          "A prerelease label without dots must begin with a letter, as in 1.0.0-rc1.");
    }
    if (!ungrouped.isEmpty()) {
      if (!groups.isEmpty()) {
        throw new InvalidNuspecException("Dependencies are either all in groups or none.");
      }
      groups.add(new DependencyGroup(Optional.empty(), ungrouped));
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

  private void checkMinClientVersion() throws InvalidNuspecException {
    if (minClientVersion.isPresent()) {
      Optional<NuGetVersion> client = NuGetVersion.parse(minClientVersion.get());
      if (client.isEmpty()) {
        throw new InvalidNuspecException(
            "minClientVersion is no version: "
                + WhyNot.version(minClientVersion.get(), MAX_VERSION)
                + ".");
      }
      if (client.get().compareTo(NEWEST_CLIENT) > 0) {
        throw new InvalidNuspecException(
            "minClientVersion names a client that does not exist: the newest is "
                + NEWEST_CLIENT
                + ".");
      }
    }
  }

  private void checkRepository() throws InvalidNuspecException {
    if (repository.isPresent()) {
      SourceRepository r = repository.get();
      if (r.type().orElse("").length() > MAX_REPOSITORY_TYPE
          || r.url().orElse("").length() > MAX_TEXT
          || r.branch().orElse("").length() > MAX_TEXT
          || r.commit().orElse("").length() > MAX_TEXT) {
        throw new InvalidNuspecException(
            "The repository's type, url, branch or commit is too long.");
      }
    }
  }

  private Optional<License> checkedLicense() throws InvalidNuspecException {
    if (license.isPresent()) {
      String value = license.get().value();
      if (value.isEmpty() || value.length() > MAX_EXPRESSION) {
        throw new InvalidNuspecException("The license is empty or has more than 500 characters.");
      }
    }
    return license;
  }

  private String required(String name) throws InvalidNuspecException {
    return text(name, MAX_TEXT)
        .orElseThrow(() -> new InvalidNuspecException("The nuspec has no " + name + "."));
  }

  private Optional<String> text(String name, int longest) throws InvalidNuspecException {
    String text = texts.get(name);
    if (text != null && text.length() > longest) {
      throw new InvalidNuspecException(
          "The nuspec's " + name + " has more than " + longest + " characters.");
    }
    return Optional.ofNullable(text);
  }

  private Optional<String> file(String name) throws InvalidNuspecException {
    return text(name, MAX_PATH).map(p -> p.replace('\\', '/'));
  }

  private Optional<String> url(String name) throws InvalidNuspecException {
    Optional<String> text = text(name, MAX_TEXT);
    if (text.isPresent()) {
      try {
        URI url = new URI(text.get());
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if ((scheme.equals("http") || scheme.equals("https")) && url.getRawAuthority() != null) {
          return text;
        }
      } catch (URISyntaxException e) {
        // answered below
      }
      throw new InvalidNuspecException("The nuspec's " + name + " is no absolute http(s) URL.");
    }
    return text;
  }

  private boolean bool(String name) throws InvalidNuspecException {
    String text = texts.getOrDefault(name, "false").toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new InvalidNuspecException(name + " must be true or false.");
    };
  }

  private List<String> tags() throws InvalidNuspecException {
    return text("tags", MAX_TEXT)
        .map(t -> Arrays.stream(t.split("[\\s,;]+")).filter(tag -> !tag.isEmpty()).toList())
        .orElse(List.of());
  }
}
