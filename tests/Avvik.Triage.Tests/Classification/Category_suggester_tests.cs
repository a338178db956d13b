using System.Text;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Tests.Classification;

public sealed class Category_suggester_tests
{
    private const string Breach = "agreementBreach", GoodPractice = "goodPractice";

    private static readonly Narrative[] All = [.. new[] { "corpus.ndjson", "development.tsv", "heldout.tsv", "unseen.tsv" }.SelectMany(Narratives.Read)];

    [Theory]
    [InlineData("messaging", "Epikrisen fikk negativ applikasjonskvittering og kom aldri fram.")]
    [InlineData("messaging", "Henvisninger sendt elektronisk stopper i systemet hos mottaker.")]
    [InlineData("messaging", "Barselmeldingen ga feilmelding i meldingssystemet.")]
    [InlineData("referral", "Henvisningen er ikke sendt elektronisk, men på papir.")]
    public void Failed_message_suggests_messaging_whatever_it_carried(string category, string text) => Assert.Equal(category, First(text));

    [Theory]
    [InlineData("privacy", "Epikrisen gjaldt en annen pasient.")]
    [InlineData("privacy", "Legemiddellisten vi fikk tilsendt, tilhører feil pasient.")]
    [InlineData("privacy", "Vi har mottatt prøvesvar for en ukjent pasient.")]
    [InlineData("medication", "Pasienten fikk medisinene til en annen pasient.")]
    public void Document_about_another_patient_suggests_privacy(string category, string text) => Assert.Equal(category, First(text));

    [Theory]
    [InlineData("childAndFamily", "BUP avviste henvisningen.")]
    [InlineData("childAndFamily", "Henvisning fra skolen om en ungdom med depresjon ble avvist.")]
    [InlineData("referral", "Henvisningen ble avvist.")]
    [InlineData("patientInformation", "Barn som pårørende ble ikke fulgt opp av avdelingen.")]
    [InlineData("mentalHealth", "Henvisning til DPS ble avvist.")]
    [InlineData("infection", "Det ble ikke opplyst om MRSA ved utskrivning til sykehjemmet.")]
    public void Exact_word_outranks_the_general_one(string category, string text) => Assert.Equal(category, First(text));

    [Theory]
    [InlineData("medication", "Saken gjelder ikke epikrisen. Medisinlisten var feil.")]
    [InlineData("medication", "Epikrisen var god og kom i tide, men legemiddellisten manglet.")]
    [InlineData("mentalHealth", "Etter utskrivning fra sykehuset mangler pasienten kriseplan.")]
    [InlineData("referral", "Henvisningen mangler medisinliste og opplysning om allergi.")]
    [InlineData("medication", "Medisinlisten mangler. Henvisningen var grei.")]
    public void Failed_thing_outranks_a_mentioned_one(string category, string text) => Assert.Equal(category, First(text));

    [Theory]
    [InlineData(GoodPractice, "Takk for god epikrise og oppdatert legemiddelliste samme dag!", "other")]
    [InlineData(GoodPractice, "Utskrivningen gikk uten problemer, og alle hjelpemidler var på plass.", "other")]
    [InlineData(GoodPractice, "Flott samarbeid om pasienten, men epikrisen manglet.", "dischargeSummary")]
    [InlineData(Breach, "Takk for god dialog, men epikrisen manglet.", "dischargeSummary")]
    [InlineData(Breach, "Epikrisen manglet.", "dischargeSummary")]
    public void Praise_gets_no_failure_category(string kind, string text, string category) => Assert.Equal(category, First(text, kind));

    [Theory]
    [InlineData("dischargeSummary", "epikrise", "Epikrisen", "epikriser", "epikrisene", "epikrisa", "korttidsepikrisen")]
    [InlineData("medication", "medikamentlisten", "legemiddelliste", "medisinoversikten", "hjertemedisinene", "metoprolol", "depottabletter")]
    [InlineData("aidsAndEquipment", "sykehusseng", "sjukehussenga", "rullestolen", "hjelpemidlene", "hjelpemiddel", "spesialmadrassen")]
    [InlineData("referral", "henvisning", "tilvisinga", "viderehenvisning", "henvist", "hastehenvisningen")]
    [InlineData("discharge", "hjemreisen", "heimreisa", "utskrivningen", "utskrivinga", "utskrevet")]
    public void Suggester_matches_inflections_compounds_and_nynorsk(string category, params string[] words) =>
        Assert.All(words, word => Assert.Equal(category, First($"Det var svikt: {word} manglet.")));

    [Theory]
    [InlineData("Pasienten er russisk og bor på medisinsk avdeling i april.")]
    [InlineData("Fødselsdato var oppgitt.")]
    [InlineData("Barnebarnet hentet en koordinert plan.")]
    public void Suggester_is_unsure_when_only_the_stem_matches(string text) =>
        Assert.DoesNotContain(CategorySuggester.Suggest(text, Breach), s => s.Category is "mentalHealth" or "medication" or "maternity" or "childAndFamily");

    [Fact]
    public void Case_and_the_way_an_å_is_encoded_do_not_matter()
    {
        const string Text = "Pårørende fikk ikke informasjon, og årsaken til overflyttingen er ukjent. Tolk ble ikke brukt.";
        var expected = Plain(CategorySuggester.Suggest(Text, Breach));
        Assert.Equal(expected, Plain(CategorySuggester.Suggest(Text.ToUpperInvariant(), Breach)));
        Assert.Equal(expected, Plain(CategorySuggester.Suggest(Text.Normalize(NormalizationForm.FormD), Breach)));
        Assert.NotEmpty(expected);

        static (string, double)[] Plain(IReadOnlyList<Suggestion> suggestions) => [.. suggestions.Select(s => (s.Category, s.Confidence))];
    }

    [Fact]
    public void Suggested_terms_occur_in_the_text() => Assert.All(All, n =>
    {
        foreach (var suggestion in CategorySuggester.Suggest(n.Text, n.Kind))
        {
            Assert.All(suggestion.Terms, term => Assert.Contains(term, n.Text, StringComparison.Ordinal));
            // Praise may lie in the kind alone; everything else has to be said.
            if (n.Kind != GoodPractice) Assert.NotEmpty(suggestion.Terms);
        }
    });

    [Fact]
    public void Suggestions_are_at_most_three_best_first() => Assert.All(All, n =>
    {
        var suggestions = CategorySuggester.Suggest(n.Text, n.Kind);
        Assert.InRange(suggestions.Count, 0, 3);
        Assert.All(suggestions, s => Assert.InRange(s.Confidence, 0.01, 0.99));
        Assert.Equal(suggestions.OrderByDescending(s => s.Confidence).Select(s => s.Confidence), suggestions.Select(s => s.Confidence));
        Assert.Distinct(suggestions.Select(s => s.Category));
    });

    [Fact]
    public void Suggester_is_deterministic_across_threads()
    {
        var once = All.Select(Answer).ToArray();
        var again = new string[All.Length];
        Parallel.For(0, All.Length, i => again[i] = Answer(All[i]));
        Assert.Equal(once, again);

        static string Answer(Narrative n) =>
            string.Join('|', CategorySuggester.Suggest(n.Text, n.Kind)
                .Select(s => FormattableString.Invariant($"{s.Category} {s.Confidence} {string.Join(',', s.Terms)}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    [InlineData("... !!! 12")]
    [InlineData("Se vedlagte.")]
    public void Empty_narrative_gets_no_suggestion(string text) => Assert.Empty(CategorySuggester.Suggest(text, Breach));

    [Fact]
    public void Suggester_accepts_any_text()
    {
        var random = new Random(20260814);
        // Words that folding lengthens, boundaries, marks without a letter, surrogates and whatever else a keyboard gives.
        string[] pieces = ["kjem", "førebu", "inga", " ", ".", "a\u030A", "\u030A", "\u00AD", "🙂", "é", "epikrise", "annen pasient", "\n", "-", "8", "Å",
            "uten", "men", "\u0000"];
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, i < 1_990 ? 60 : 3_000)).Select(_ => pieces[random.Next(pieces.Length)]));
            foreach (var suggestion in CategorySuggester.Suggest(text, Breach)) Assert.All(suggestion.Terms, term =>
                Assert.Contains(term, text, StringComparison.Ordinal));
        }
        Assert.Equal("dischargeSummary", First(string.Concat(Enumerable.Repeat("Epikrisen mangler. ", 421))));
    }

    [Fact]
    public void Suggestion_for_a_narrative_is_fast()
    {
        foreach (var n in All) CategorySuggester.Suggest(n.Text, n.Kind);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var n in All) CategorySuggester.Suggest(n.Text, n.Kind);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / All.Length, 1, 4_000);
    }

    private static string? First(string text, string kind = Breach) => CategorySuggester.Suggest(text, kind) is [var first, ..] ? first.Category : null;
}
