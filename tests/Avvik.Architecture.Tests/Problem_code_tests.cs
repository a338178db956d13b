using System.Reflection;
using Avvik.Contracts;

namespace Avvik.Architecture.Tests;

/// <summary>Codes of problems and of wrong fields are constants, each with its text.</summary>
public sealed class Problem_code_tests
{
    private static readonly string[] Problems = ValuesOf(typeof(ProblemCodes)), Fields = ValuesOf(typeof(FieldCodes));

    [Fact]
    public void Each_problem_code_has_a_text_and_each_text_a_code() => Assert.Equal(Text_tests.Texts["problems"].Keys.Order(StringComparer.Ordinal), Problems);

    [Fact]
    public void Each_field_code_has_a_text_and_each_text_a_code() => Assert.Equal(Text_tests.Texts["fields"].Keys.Order(StringComparer.Ordinal), Fields);

    private static string[] ValuesOf(Type codes) => [.. codes.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)
        .Order(StringComparer.Ordinal)];
}
