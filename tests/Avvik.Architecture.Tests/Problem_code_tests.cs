using System.Reflection;
using System.Text.RegularExpressions;
using Avvik.Contracts;

namespace Avvik.Architecture.Tests;

/// <summary>Codes of problems and of wrong fields are constants, each with its text.</summary>
public sealed partial class Problem_code_tests
{
    private static readonly string[] Problems = ValuesOf(typeof(ProblemCodes)), Fields = ValuesOf(typeof(FieldCodes));

    [Fact]
    public void Each_problem_code_has_a_text_and_each_text_a_code() => Assert.Equal(Text_tests.Texts["problems"].Keys.Order(StringComparer.Ordinal), Problems);

    [Fact]
    public void Each_field_code_has_a_text_and_each_text_a_code() => Assert.Equal(Text_tests.Texts["fields"].Keys.Order(StringComparer.Ordinal), Fields);

    [Fact]
    public void Each_code_is_given_by_some_service()
    {
        var sources = string.Join('\n', Sources.In("*.cs", "services", "gateway").Select(f => f.Text));
        Assert.DoesNotContain(Problems, code => !sources.Contains($"ProblemCodes.{Pascal(code)}", StringComparison.Ordinal));
        Assert.DoesNotContain(Fields, code => !sources.Contains($"FieldCodes.{Pascal(code)}", StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_spells_a_code_where_a_constant_belongs()
    {
        var calls = Sources.In("*.cs", "services", "gateway").Lines(line => Refusal().IsMatch(line)).ToList();
        Assert.True(calls.Count > 100, $"{calls.Count} refusals: the scan misses calls");
        var codes = Problems.Concat(Fields).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(calls, line => Literal().Matches(line).Any(m => codes.Contains(m.Groups["code"].Value)));
    }

    private static string Pascal(string code) => char.ToUpperInvariant(code[0]) + code[1..];

    private static string[] ValuesOf(Type codes) => [.. codes.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)
        .Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\b(errors\.Add\(|new Problem\(|Problem\.Conflict\(|new\((StatusCodes\.|status\b))", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Refusal();

    [GeneratedRegex("""(?<!ContainsKey\()"(?<code>[a-z][A-Za-z]+)"(?! =>)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literal();
}
