using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

public sealed class Contract_tests
{
    private static readonly string Samples = Path.Combine(RepositoryRoot.Path, "contracts/samples/v1");

    public static TheoryData<string> WireNames => [.. MessageCatalog.All.Select(e => e.Name)];

    private static JsonObject Sample(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, name + ".json")))!.AsObject();

    private static Type TypeOf(string name) => MessageCatalog.Find(name)!.Type;

    [Fact]
    public void What_travels_is_in_the_catalog_and_what_is_in_the_catalog_has_a_sample()
    {
        Assert.Equal(typeof(IEvent).Assembly.GetTypes().Where(t => t is { IsInterface: false } && t.IsAssignableTo(typeof(IEvent))).Select(t => t.Name).Order(), MessageCatalog.All.Select(e => e.Type.Name).Order());
        Assert.Equal(Directory.EnumerateFiles(Samples, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal), MessageCatalog.All.Select(e => e.Name).Order(StringComparer.Ordinal));
        string[] services = ["reporting", "triage", "routing", "statistics"];
        Assert.All(MessageCatalog.All, e => Assert.Empty(e.Publishers.Concat(e.Consumers).Except(services)));
        Assert.All(MessageCatalog.All, e => Assert.True(e.Publishers.Length > 0 && e.Consumers.Length > 0, $"{e.Name} goes from nobody or to nobody"));
    }

    [Theory, MemberData(nameof(WireNames))]
    public void Todays_code_reads_the_first_published_form_and_writes_it_unchanged(string name)
    {
        var (sample, json) = (Sample(name), MessageCatalog.Find(name)!.Json);
        var written = JsonSerializer.SerializeToNode(sample.Deserialize(json), json)!.AsObject();
        AssertKept(sample, written, name);

        // A newer publisher may say more than this code understands.
        sample.Add("saidByANewerPublisher", 1);
        Assert.NotNull(sample.Deserialize(json));
    }

    [Theory, MemberData(nameof(WireNames))]
    public void Every_property_is_in_the_sample_so_that_none_can_change_unseen(string name)
    {
        // A property that was added later is in no sample of v1; it is listed here, and may not be required.
        string[] addedLater = [];
        foreach (var (path, property) in Properties(TypeOf(name), "", []))
        {
            var at = path.Split('.').Aggregate((JsonNode?)Sample(name), (node, member) => node?[member]);
            if (!addedLater.Contains($"{name}:{path}")) Assert.True(at is not null, $"{name}: {path} is not in the sample");
            else Assert.False(property.IsDefined(typeof(RequiredMemberAttribute)), $"{name}: {path} was added later and is required");
        }
    }

    [Theory, MemberData(nameof(WireNames))]
    public void No_property_added_later_is_required(string name)
    {
        var required = Properties(TypeOf(name), "", []).Where(p => p.Property.IsDefined(typeof(RequiredMemberAttribute))).Select(p => p.Path).ToList();
        var aggregate = TypeOf(name).IsAssignableTo(typeof(ICaseEvent)) ? "deviationId" : "aggregateId";
        Assert.All(new[] { aggregate, "version", "occurredAt" }, member => Assert.Contains(member, required));
        Assert.All(required, path => Assert.True(path.Split('.').Aggregate((JsonNode?)Sample(name), (node, member) => node?[member]) is not null, $"{name}: {path} is required, and those who wrote v1 never said it"));
    }

    [Fact]
    public void Statistics_takes_nothing_with_words_in_it()
    {
        var taken = MessageCatalog.All.Where(e => e.Consumers.Contains("statistics", StringComparer.Ordinal)).ToList();
        Assert.NotEmpty(taken);
        Assert.All(taken, e => Assert.Empty(Properties(e.Type, "", []).Where(p => IsText(p.Property.PropertyType)).Select(p => p.Path)));
        // The walk does find words where there are some.
        Assert.Equal(["narrative", "immediateAction", "suggestedMeasure", "reporterProfession", "messageId"],
            Properties(TypeOf("avvik.reporting.deviation-submitted.v1"), "", []).Where(p => IsText(p.Property.PropertyType)).Select(p => p.Path));
    }

    [Fact]
    public void No_event_has_a_place_for_who_the_patient_or_a_person_is()
    {
        string[] personal = ["name", "identifier", "birth", "address", "phone", "email", "hpr", "ssn", "nin"];
        Assert.All(MessageCatalog.All.SelectMany(e => Properties(e.Type, "", [])), p => Assert.DoesNotContain(personal, word => word == "nin" ? p.Property.Name.Equals(word, StringComparison.OrdinalIgnoreCase) : p.Property.Name.Contains(word, StringComparison.OrdinalIgnoreCase)));
        // Words travel sealed: a member that is called by what people write is never a plain string.
        string[] words = ["narrative", "text", "comment", "reason", "description", "immediateaction", "suggestedmeasure"];
        Assert.All(MessageCatalog.All.SelectMany(e => Properties(e.Type, "", [])).Where(p => words.Contains(p.Property.Name.ToLowerInvariant())), p => Assert.True(IsText(p.Property.PropertyType), p.Path));
    }

    [Fact]
    public void Every_code_has_its_word_in_bokmål()
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.json")!;
        foreach (var list in JsonNode.Parse(stream)!.AsObject().Where(p => p.Value is JsonArray))
        {
            var terms = list.Value!.AsArray().Select(t => (Code: (string?)t!["code"], Label: (string?)t["label"])).ToList();
            Assert.All(terms, t => Assert.True(t.Code is { Length: > 0 } && !string.IsNullOrWhiteSpace(t.Label), $"{list.Key}: {t.Code} has no label"));
            Assert.Equal(terms.Count, terms.Select(t => t.Code).Distinct().Count());
        }
        var lists = typeof(Vocabulary).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(p => p.PropertyType.IsAssignableTo(typeof(IDictionary))).ToDictionary(p => p.Name, p => ((IDictionary)p.GetValue(null)!).Keys.Cast<string>().ToHashSet());
        Assert.Equal(16, lists.Count);
        Assert.All(Vocabulary.Categories.Values, c => Assert.True(c.Clause is null || Vocabulary.Clauses.ContainsKey(c.Clause), c.Code));
        Assert.All(Vocabulary.Harm.Keys, harm => Assert.InRange(Harm.Rank(harm), 0, 6));
        Assert.Empty(Constants(typeof(CaseStates)).Except(lists["CaseStates"]).Except([CaseStates.Submitted]));
        Assert.Empty(Constants(typeof(Roles)).Except(lists["Roles"]).Except([Roles.Client]));
        Assert.Empty(Constants(typeof(Directions)).Except(lists["Directions"]));
    }

    private static IEnumerable<string> Constants(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    private static bool IsText(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(ProtectedText);

    /// <summary>Every property of a message, and of what is in it, by its path on the wire.</summary>
    private static IEnumerable<(string Path, PropertyInfo Property)> Properties(Type type, string prefix, HashSet<Type> above)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && p.CanWrite))
        {
            var path = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            yield return (path, property);
            var inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (inner.Assembly == typeof(IEvent).Assembly && !IsText(inner) && above.Add(inner))
                foreach (var nested in Properties(inner, path + ".", [.. above])) yield return nested;
        }
    }

    private static void AssertKept(JsonNode? sample, JsonNode? written, string at)
    {
        if (sample is not JsonObject members)
        {
            Assert.True(JsonNode.DeepEquals(sample, written), $"{at} was renamed, removed or retyped: {sample?.ToJsonString()} became {written?.ToJsonString() ?? "nothing"}");
            return;
        }
        foreach (var (name, value) in members) AssertKept(value, written?[name], $"{at}.{name}");
    }
}
