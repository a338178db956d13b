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
    public void Every_event_is_in_the_catalog_and_has_a_sample()
    {
        var types = typeof(IEvent).Assembly.GetTypes().Where(t => t is { IsInterface: false } && t.IsAssignableTo(typeof(IEvent)));
        Assert.Equal(types.Select(t => t.Name).Order(), MessageCatalog.All.Select(e => e.Type.Name).Order());
        var samples = Directory.EnumerateFiles(Samples, "*.json").Select(f => Path.GetFileNameWithoutExtension(f));
        Assert.Equal(samples.Order(StringComparer.Ordinal), MessageCatalog.All.Select(e => e.Name).Order(StringComparer.Ordinal));
        string[] services = ["reporting", "triage", "routing", "statistics", "notices"];
        Assert.All(MessageCatalog.All, e => Assert.Empty(e.Publishers.Concat(e.Consumers).Except(services)));
        Assert.All(MessageCatalog.All, e => Assert.True(e.Publishers.Length > 0 && e.Consumers.Length > 0, $"{e.Name} has no publisher or no consumer"));
    }

    [Theory, MemberData(nameof(WireNames))]
    public void Code_reads_and_writes_the_v1_sample_unchanged(string name)
    {
        var (sample, json) = (Sample(name), MessageCatalog.Find(name)!.Json);
        var written = JsonSerializer.SerializeToNode(sample.Deserialize(json), json)!.AsObject();
        AssertKept(sample, written, name);

        // A newer publisher may add members that this code does not know.
        sample.Add("addedByANewerPublisher", 1);
        Assert.NotNull(sample.Deserialize(json));
    }

    [Theory, MemberData(nameof(WireNames))]
    public void Every_property_is_in_the_v1_sample_or_listed_as_added_later(string name)
    {
        // Properties added after v1 are not in its samples; they are listed here and must not be required.
        string[] addedLater =
        [
            "avvik.reporting.deviation-submitted.v1:unknownSite", "avvik.reporting.reporter-answered.v1:asksReopening",
            "avvik.reporting.reporter-answered.v1:acceptsAnswer",
            "avvik.triage.deviation-triaged.v1:unknownSite", "avvik.triage.deviation-triaged.v1:samePatient",
            "avvik.triage.deviation-triaged.v1:actor", "avvik.triage.deviation-merged.v1:actor", "avvik.triage.reopened-case-changed.v1:actor",
            "avvik.reporting.deviation-submitted.v1:samePatient", "avvik.reporting.deviation-submitted.v1:mayIdentify", "avvik.routing.case-changed.v1:eventId",
            "avvik.routing.case-changed.v1:patientInformed", "avvik.routing.case-reopened.v1:case.patientInformed",
            "avvik.routing.case-snapshot-published.v1:case.patientInformed",
            "avvik.routing.directory-published.v1:units.restricted", "avvik.routing.directory-published.v1:units.mailbox",
            "avvik.routing.case-changed.v1:reminderPercent",
            "avvik.routing.case-reopened.v1:case.reminderPercent", "avvik.routing.case-snapshot-published.v1:case.reminderPercent",
            "avvik.routing.directory-published.v1:communities",
            "avvik.reporting.deviation-submitted.v1:facts.localClause", "avvik.triage.deviation-triaged.v1:facts.localClause",
            "avvik.routing.case-changed.v1:facts.localClause", "avvik.routing.facts-corrected.v1:facts.localClause",
            "avvik.routing.case-reopened.v1:case.facts.localClause", "avvik.routing.case-snapshot-published.v1:case.facts.localClause",
            .. new[] { "patientsGiven", "patientsAffected" }.SelectMany(member => new[]
            {
                $"avvik.reporting.deviation-submitted.v1:facts.{member}", $"avvik.triage.deviation-triaged.v1:facts.{member}",
                $"avvik.routing.case-changed.v1:facts.{member}", $"avvik.routing.facts-corrected.v1:facts.{member}",
                $"avvik.routing.case-reopened.v1:case.facts.{member}", $"avvik.routing.case-snapshot-published.v1:case.facts.{member}",
            }),
            "avvik.routing.case-reopened.v1:case.eventId", "avvik.routing.case-snapshot-published.v1:case.eventId",
            "avvik.routing.case-changed.v1:earlierRespondents", "avvik.routing.case-changed.v1:rejectionReason",
            "avvik.routing.case-reopened.v1:case.earlierRespondents", "avvik.routing.case-reopened.v1:case.rejectionReason",
            "avvik.routing.case-snapshot-published.v1:case.earlierRespondents", "avvik.routing.case-snapshot-published.v1:case.rejectionReason",
        ];
        foreach (var (path, property) in Properties(TypeOf(name), "", []))
        {
            if (!addedLater.Contains($"{name}:{path}")) Assert.True(At(Sample(name), path) is not null, $"{name}: {path} is not in the sample");
            else Assert.False(property.IsDefined(typeof(RequiredMemberAttribute)), $"{name}: {path} was added later and is required");
        }
    }

    [Theory, MemberData(nameof(WireNames))]
    public void No_property_added_later_is_required(string name)
    {
        var required = Properties(TypeOf(name), "", []).Where(p => p.Property.IsDefined(typeof(RequiredMemberAttribute))).Select(p => p.Path).ToList();
        var aggregate = TypeOf(name).IsAssignableTo(typeof(ICaseEvent)) ? "deviationId" : "aggregateId";
        // 0.1 wrote the directory's id as deviationId.
        string[] always = name == "avvik.routing.directory-published.v1" ? ["version", "occurredAt"] : [aggregate, "version", "occurredAt"];
        Assert.All(always, member => Assert.Contains(member, required));
        Assert.All(required, path => Assert.True(At(Sample(name), path) is not null, $"{name}: {path} is required, but v1 publishers never wrote it"));
    }

    [Theory, InlineData("statistics"), InlineData("notices")]
    public void Service_without_a_text_key_consumes_no_free_text(string service)
    {
        var consumed = MessageCatalog.All.Where(e => e.Consumers.Contains(service, StringComparer.Ordinal)).ToList();
        Assert.NotEmpty(consumed);
        Assert.All(consumed, e => Assert.Empty(Properties(e.Type, "", []).Where(p => IsText(p.Property.PropertyType)).Select(p => p.Path)));
        // The check itself works: it finds the texts of an event that has some.
        Assert.Equal(["narrative", "immediateAction", "suggestedMeasure", "reporterProfession", "messageId", "unknownSite"],
            Properties(TypeOf("avvik.reporting.deviation-submitted.v1"), "", []).Where(p => IsText(p.Property.PropertyType)).Select(p => p.Path));
    }

    [Fact]
    public void No_event_has_a_property_that_identifies_a_person()
    {
        string[] personal = ["name", "identifier", "birth", "address", "phone", "email", "hpr", "ssn"];
        var properties = MessageCatalog.All.SelectMany(e => Properties(e.Type, "", [])).ToList();
        Assert.All(properties, p => Assert.False(p.Property.Name.Equals("nin", StringComparison.OrdinalIgnoreCase)
            || personal.Any(word => p.Property.Name.Contains(word, StringComparison.OrdinalIgnoreCase)), p.Path));
        // Free text is encrypted: a property with one of these names is never a plain string.
        string[] texts = ["narrative", "text", "comment", "reason", "description", "immediateaction", "suggestedmeasure"];
        Assert.All(properties.Where(p => texts.Contains(p.Property.Name.ToLowerInvariant())), p => Assert.True(IsText(p.Property.PropertyType), p.Path));
    }

    [Fact]
    public void Only_the_listed_events_can_identify_a_person_who_uses_the_system()
    {
        // A service cannot decide access without the subject of a token; 0.1 published them in the directory, which is still read and no longer written so.
        string[] listed = ["avvik.routing.directory-published.v1: assignments.subject", "avvik.routing.role-assignment-changed.v1: assignment.subject"];
        string[] subjects = ["subject", "sub", "user", "person", "clientid", "assignee", "handler", "author", "by"];
        // Organisation numbers.
        string[] parties = ["triagedBy"];
        Assert.Equal(listed, MessageCatalog.All.SelectMany(e => Properties(e.Type, "", []).Where(p => p.Property.PropertyType == typeof(string)
                && !parties.Contains(p.Path)
                && subjects.Any(s => p.Property.Name.Equals(s, StringComparison.OrdinalIgnoreCase) || p.Property.Name.EndsWith("By", StringComparison.Ordinal)))
            .Select(p => $"{e.Name}: {p.Path}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_has_a_label_in_bokmål()
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.json")!;
        foreach (var list in JsonNode.Parse(stream)!.AsObject().Where(p => p.Value is JsonArray))
        {
            var terms = list.Value!.AsArray().Select(t => (Code: (string?)t!["code"], Label: (string?)t["label"])).ToList();
            Assert.All(terms, t => Assert.True(t.Code is { Length: > 0 } && !string.IsNullOrWhiteSpace(t.Label), $"{list.Key}: {t.Code} has no label"));
            Assert.Equal(terms.Count, terms.Select(t => t.Code).Distinct().Count());
        }
        var lists = typeof(Vocabulary).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(p => p.PropertyType.IsAssignableTo(typeof(IDictionary)))
            .ToDictionary(p => p.Name, p => ((IDictionary)p.GetValue(null)!).Keys.Cast<string>().ToHashSet());
        Assert.Equal(21, lists.Count);
        Assert.All(Vocabulary.Categories.Values, c => Assert.True(c.Clause is null || Vocabulary.Clauses.ContainsKey(c.Clause), c.Code));
        Assert.All(Vocabulary.Harm.Keys, harm => Assert.InRange(Harm.Rank(harm), 0, 6));
        Assert.Empty(Constants(typeof(CaseStates)).Except(lists["CaseStates"]).Except([CaseStates.Submitted]));
        Assert.Empty(Constants(typeof(Roles)).Except(lists["Roles"]).Except([Roles.Client]));
        Assert.Empty(Constants(typeof(Directions)).Except(lists["Directions"]));
        Assert.Equal(Constants(typeof(NoticeKinds)).Order(StringComparer.Ordinal), lists["NoticeKinds"].Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    private static bool IsText(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(ProtectedText);

    /// <summary>Every property of a message and of its nested records, with its path in JSON.</summary>
    private static IEnumerable<(string Path, PropertyInfo Property)> Properties(Type type, string prefix, HashSet<Type> above)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && p.CanWrite))
        {
            var path = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            yield return (path, property);
            var inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (inner.IsGenericType && inner.IsAssignableTo(typeof(IEnumerable))) inner = inner.GetGenericArguments()[^1];
            if (inner.Assembly == typeof(IEvent).Assembly && !IsText(inner) && above.Add(inner))
                foreach (var nested in Properties(inner, path + ".", [.. above])) yield return nested;
        }
    }

    /// <summary>The member at a path, in the first element of each list on the way.</summary>
    private static JsonNode? At(JsonNode sample, string path) => path.Split('.').Aggregate((JsonNode?)sample, (node, member) =>
        (node is JsonArray list ? list.FirstOrDefault() : node)?[member]);

    private static void AssertKept(JsonNode? sample, JsonNode? written, string at)
    {
        if (sample is not JsonObject members)
        {
            Assert.True(JsonNode.DeepEquals(sample, written),
                $"{at} was renamed, removed or retyped: {sample?.ToJsonString()} became {written?.ToJsonString() ?? "nothing"}");
            return;
        }
        foreach (var (name, value) in members) AssertKept(value, written?[name], $"{at}.{name}");
    }
}
