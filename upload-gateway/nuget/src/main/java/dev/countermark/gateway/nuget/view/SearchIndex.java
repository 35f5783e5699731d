package dev.countermark.gateway.nuget.view;

import dev.countermark.contracts.Json;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import dev.countermark.gateway.nuget.view.SearchRequest.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KeepOnlyLastCommitDeletionPolicy;
import org.apache.lucene.index.SnapshotDeletionPolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.Version;

/**
 * The packages of one repository, to be searched: one document per id in a Lucene index in a
 * temporary folder. Unlisted versions are not in it.
 */
final class SearchIndex implements AutoCloseable {
  /** Grows whenever documents are made otherwise: the files of an older form are of no use. */
  static final int FORM = 1;

  /** Which version of Lucene can read the files. */
  static final String ENGINE = Version.LATEST.toString();

  private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");
  private static final int MAX_TERMS = 24;
  private static final int MAX_TEXT = 1_000;
  private static final int MAX_TERM = 100;

  /** What users may write before a colon, and the field that it means. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "packageid", "lid",
          "id", "id",
          "version", "version",
          "title", "title",
          "tag", "tags",
          "tags", "tags",
          "author", "authors",
          "authors", "authors",
          "description", "description",
          "summary", "description");

  /** Matches in the id count most. */
  private static final Map<String, Float> WEIGHTS =
      Map.of("id", 8f, "title", 3f, "tags", 3f, "authors", 1.5f, "description", 1f);

  /** Where an owner is asked for: all packages have the repository's. */
  private static final String OWNER = "owner";

  private final Path folder;
  private final String owner;
  private final Directory directory;
  private final Analyzer analyzer = new Words();
  private final SnapshotDeletionPolicy commits =
      new SnapshotDeletionPolicy(new KeepOnlyLastCommitDeletionPolicy());
  private final IndexWriter writer;
  private final SearcherManager searchers;

  /**
   * An index that holds nothing.
   *
   * @param owner of all packages
   */
  SearchIndex(String owner) {
    this(owner, folder());
  }

  /**
   * The index that a folder holds.
   *
   * @param folder of nobody else; goes with the index
   */
  SearchIndex(String owner, Path folder) {
    this.owner = owner;
    this.folder = folder;
    try {
      this.directory = new NIOFSDirectory(folder);
      this.writer =
          new IndexWriter(
              directory, new IndexWriterConfig(analyzer).setIndexDeletionPolicy(commits));
      this.searchers = new SearcherManager(writer, null);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a search index", e);
    }
  }

  /** Where an index can be. */
  static Path folder() {
    try {
      return Files.createTempDirectory("countermark-search-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for a search index", e);
    }
  }

  /** How many packages it holds. */
  int size() {
    return writer.getDocStats().numDocs;
  }

  interface Reader {
    void read(List<Path> files) throws IOException;
  }

  /** Hands out the files of the index as it is now; they stay until they are read. */
  void files(Reader reader) throws IOException {
    writer.commit();
    IndexCommit commit = commits.snapshot();
    try {
      reader.read(commit.getFileNames().stream().sorted().map(folder::resolve).toList());
    } finally {
      commits.release(commit);
      writer.deleteUnusedFiles();
    }
  }

  /** Cuts at everything that is no letter or digit, and where the case changes. */
  private static final class Words extends Analyzer {
    @Override
    protected TokenStreamComponents createComponents(String field) {
      WhitespaceTokenizer tokens = new WhitespaceTokenizer();
      int how =
          WordDelimiterGraphFilter.GENERATE_WORD_PARTS
              | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS
              | WordDelimiterGraphFilter.CATENATE_ALL
              | WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE
              | WordDelimiterGraphFilter.SPLIT_ON_NUMERICS
              | WordDelimiterGraphFilter.PRESERVE_ORIGINAL;
      TokenStream parts = new FlattenGraphFilter(new WordDelimiterGraphFilter(tokens, how, null));
      return new TokenStreamComponents(tokens, new LowerCaseFilter(parts));
    }
  }

  /** Brings one package up to date; removes it when nothing of it is listed. */
  void update(String lowerId, PackageVersions all) {
    PackageVersions listed = all.only(VersionView::listed);
    try {
      Term key = new Term("lid", lowerId);
      if (listed.isEmpty()) {
        writer.deleteDocuments(key);
      } else {
        writer.updateDocument(key, document(lowerId, listed));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to a search index", e);
    }
  }

  private static Document document(String lowerId, PackageVersions listed) {
    Document document = new Document();
    document.add(new StringField("lid", lowerId, Field.Store.YES));
    document.add(new SortedDocValuesField("order", new BytesRef(lowerId)));
    Nuspec latest = listed.latest().orElseThrow().nuspec();
    // People type "entityframework" for Acme.EntityFramework: dots are known, capitals are not.
    String id = latest.id().value();
    text(document, "id", id + " " + NO_WORD.matcher(id).replaceAll(" "));
    text(document, "title", latest.title().orElse(""));
    text(document, "tags", String.join(" ", latest.tags()));
    text(document, "authors", latest.authors());
    text(document, "description", latest.description() + " " + latest.summary().orElse(""));
    Listed shown = Listed.of(listed);
    for (Scope scope : Scope.ALL) {
      if (shown.versions().stream().anyMatch(scope::covers)) {
        document.add(new StringField("seen", seen(scope), Field.Store.NO));
      }
    }
    document.add(new StoredField("shown", Json.write(shown)));
    latest
        .packageTypes()
        .forEach(
            t ->
                document.add(
                    new StringField("type", t.name().toLowerCase(Locale.ROOT), Field.Store.NO)));
    listed
        .ascending()
        .forEach(
            v -> document.add(new StringField("version", v.identity().version(), Field.Store.NO)));
    return document;
  }

  private static void text(Document document, String field, String value) {
    document.add(new TextField(field, value, Field.Store.NO));
  }

  private static String seen(Scope scope) {
    return (scope.prerelease() ? "pre" : "stable") + (scope.semVer2() ? "2" : "1");
  }

  Results search(SearchRequest request) {
    return search(request, bytes -> {});
  }

  /**
   * @param memory told of the bytes of what was found, before they are taken apart
   */
  Results search(SearchRequest request, LongConsumer memory) {
    return run(request, terms(request.text()), memory);
  }

  /** Ids that begin with a text, or have a part that does; in alphabetical order. */
  Results idsLike(SearchRequest request, LongConsumer memory) {
    String start = starless(request.text()).strip().toLowerCase(Locale.ROOT);
    if (start.isEmpty() || start.length() > MAX_TERM) {
      return start.isEmpty()
          ? run(request, new MatchAllDocsQuery(), memory)
          : new Results(0, List.of());
    }
    BooleanQuery.Builder either = new BooleanQuery.Builder();
    either.add(new PrefixQuery(new Term("lid", start)), Occur.SHOULD);
    either.add(new PrefixQuery(new Term("id", start)), Occur.SHOULD);
    return run(request, new ConstantScoreQuery(either.build()), memory);
  }

  private Results run(SearchRequest request, Query wanted, LongConsumer memory) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    query.add(wanted, Occur.MUST);
    query.add(new TermQuery(new Term("seen", seen(request.scope()))), Occur.FILTER);
    request
        .packageType()
        .filter(t -> !t.isBlank())
        .ifPresent(
            t ->
                query.add(
                    new TermQuery(new Term("type", t.strip().toLowerCase(Locale.ROOT))),
                    Occur.FILTER));
    try {
      searchers.maybeRefreshBlocking();
      IndexSearcher searcher = searchers.acquire();
      try {
        int until = request.skip() + request.take();
        Sort order = new Sort(SortField.FIELD_SCORE, new SortField("order", SortField.Type.STRING));
        long total = searcher.count(query.build());
        if (until == 0 || total == 0) {
          return new Results(total, List.of());
        }
        TopFieldDocs top = searcher.search(query.build(), until, order);
        List<Found> page = new ArrayList<>();
        Drawn drawn = new Drawn(memory);
        for (ScoreDoc hit :
            Arrays.asList(top.scoreDocs)
                .subList(Math.min(request.skip(), top.scoreDocs.length), top.scoreDocs.length)) {
          Document document = searcher.storedFields().document(hit.doc);
          drawn.add(document.getBinaryValue("shown").length);
          found(document, request.scope()).ifPresent(page::add);
        }
        return new Results(total, page);
      } finally {
        searchers.release(searcher);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a search index", e);
    }
  }

  /** What was found is drawn for in pieces: each package by itself would be a piece of memory. */
  private static final class Drawn {
    private static final int PIECE = 8 << 10;

    private final LongConsumer memory;
    private long open;

    Drawn(LongConsumer memory) {
      this.memory = memory;
    }

    void add(int bytes) {
      open += bytes;
      if (open >= PIECE) {
        memory.accept(open);
        open = 0;
      }
    }
  }

  private static Optional<Found> found(Document document, Scope scope) {
    BytesRef shown = document.getBinaryValue("shown");
    byte[] json = Arrays.copyOfRange(shown.bytes, shown.offset, shown.offset + shown.length);
    return Json.read(json, Listed.class).in(scope, document.get("lid"));
  }

  private Query terms(String text) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    int count = 0;
    String cut = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    for (String term : starless(cut).strip().split("\\s+")) {
      if (!term.isEmpty() && count++ < MAX_TERMS) {
        all.add(term(term.length() > MAX_TERM ? term.substring(0, MAX_TERM) : term), Occur.MUST);
      }
    }
    return count == 0 ? new MatchAllDocsQuery() : all.build();
  }

  /** Words are found by their beginnings anyway; a star alone is everything. */
  private static String starless(String text) {
    return text.replace('*', ' ');
  }

  private Query term(String term) {
    int colon = term.indexOf(':');
    String name = colon < 0 ? "" : term.substring(0, colon).toLowerCase(Locale.ROOT);
    String value = unquoted(term.substring(colon + 1));
    if (name.equals(OWNER) || name.equals("owners")) {
      return value.equalsIgnoreCase(owner) ? new MatchAllDocsQuery() : nothing();
    }
    String field = FIELDS.get(name);
    if (field == null) {
      return anywhere(unquoted(term));
    }
    if (field.equals("lid") || field.equals("version")) {
      return new ConstantScoreQuery(new TermQuery(new Term(field, value.toLowerCase(Locale.ROOT))));
    }
    return in(field, value);
  }

  private static String unquoted(String value) {
    return value.replace("\"", "");
  }

  private static Query nothing() {
    return new BooleanQuery.Builder().build();
  }

  private Query anywhere(String value) {
    List<Query> fields = new ArrayList<>();
    WEIGHTS.forEach((field, weight) -> fields.add(new BoostQuery(in(field, value), weight)));
    String lower = value.toLowerCase(Locale.ROOT);
    fields.add(new BoostQuery(new ConstantScoreQuery(new TermQuery(new Term("lid", lower))), 100));
    fields.add(new BoostQuery(new ConstantScoreQuery(new PrefixQuery(new Term("lid", lower))), 10));
    return new DisjunctionMaxQuery(fields, 0.1f);
  }

  /** All words of the value; the last one may be the beginning of a longer one. */
  private Query in(String field, String value) {
    List<String> words = new ArrayList<>();
    try (TokenStream tokens = analyzer.tokenStream(field, value)) {
      CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken() && words.size() < MAX_TERMS) {
        words.add(word.toString());
      }
      tokens.end();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    if (words.isEmpty()) {
      return nothing();
    }
    String whole = value.toLowerCase(Locale.ROOT);
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (String word : words) {
      // The joined forms are extra: the parts say it all.
      if (words.size() == 1 || !word.equals(whole) && word.length() < joined(whole).length()) {
        BooleanQuery.Builder either = new BooleanQuery.Builder();
        either.add(new TermQuery(new Term(field, word)), Occur.SHOULD);
        either.add(new BoostQuery(new PrefixQuery(new Term(field, word)), 0.5f), Occur.SHOULD);
        all.add(either.build(), Occur.MUST);
      }
    }
    BooleanQuery parts = all.build();
    return parts.clauses().isEmpty() ? new TermQuery(new Term(field, words.get(0))) : parts;
  }

  private static String joined(String value) {
    return NO_WORD.matcher(value).replaceAll("");
  }

  @Override
  public void close() {
    try {
      searchers.close();
      writer.rollback();
      directory.close();
      remove(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove a search index", e);
    }
  }

  /** Removes a folder with what is in it. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
