using System.Globalization;
using System.Text.Json;

namespace Avvik.Contracts;

/// <summary>Every sentence that a person reads and that is not a code's label, from <c>texts.json</c>: bokmål, or English for those who ask.</summary>
public static class Texts
{
    private static readonly Dictionary<string, Dictionary<string, Dictionary<string, string>>> Source = Read();

    /// <summary>The title of a problem.</summary>
    public static string Problem(string code, bool english) => Source["problems"][code][english ? "en" : "nb"];

    /// <summary>What is wrong with a field.</summary>
    public static string Field(string code, bool english, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, Source["fields"][code][english ? "en" : "nb"], values);

    /// <summary>What the system itself says to both parties, in bokmål: it is kept as it was said.</summary>
    public static string Message(string code, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, Source["messages"][code]["nb"], values);

    /// <summary>Why a deviation waits for a person.</summary>
    public static string Flag(string code, bool english) => Source["flags"][code][english ? "en" : "nb"];

    /// <summary>What stands on a page that the gateway itself answers with.</summary>
    public static string Page(string code, bool english) => Source["pages"][code][english ? "en" : "nb"];

    /// <summary>What stands in a report, in bokmål: it is frozen as it was said.</summary>
    public static string Report(string code, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, Source["report"][code]["nb"], values);

    /// <summary>What stands in a notice, in bokmål.</summary>
    public static string Notice(string code, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, Source["notices"][code]["nb"], values);

    /// <summary>The name of something that the FHIR interface defines.</summary>
    public static string Fhir(string code, bool english) => Source["fhir"][code][english ? "en" : "nb"];

    /// <summary>The codes of a list, in its order.</summary>
    /// <param name="list">As in <c>texts.json</c>.</param>
    public static IEnumerable<string> CodesOf(string list) => Source[list].Keys;

    private static Dictionary<string, Dictionary<string, Dictionary<string, string>>> Read()
    {
        using var stream = typeof(Texts).Assembly.GetManifestResourceStream("texts.json")!;
        return JsonSerializer.Deserialize(stream, ReferenceJson.Default.DictionaryStringDictionaryStringDictionaryStringString)!;
    }
}
