using System.Net;
using Avvik.Contracts;

namespace Avvik.DevIdentity.OAuth;

/// <summary>In place of BankID: a list of who one can be.</summary>
internal static class LoginPage
{
    private const string Style = """
        :root{color-scheme:light dark}body{font:1rem/1.5 Inter,"Helvetica Neue",Arial,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem}
        h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.05rem;margin:1.6rem 0 .5rem}p{margin:0 0 1rem}
        ul{list-style:none;padding:0;margin:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:.5rem}
        button{font:inherit;color:inherit;background:transparent;border:1px solid #767676;border-radius:4px;padding:.55rem .8rem;
          width:100%;height:100%;text-align:left;cursor:pointer}
        button:hover{border-color:currentColor;text-decoration:underline}button:focus-visible{outline:3px solid #0b5c7d;outline-offset:2px}small{display:block}
        @media (prefers-color-scheme:dark){button:focus-visible{outline-color:#9cd0ea}}
        """;

    private static string Choice(Identity person) =>
        $"<li><button name=\"persona\" value=\"{E(person.Subject)}\">{E(person.Name)}<small>{E(Describe(person))}</small></button></li>";

    public static IResult Of(string clientId, string requestUri)
    {
        var people = Personas.All.Where(p => p.IsPerson).GroupBy(p => HealthCommunities.Party(p.OrganizationParent)?.Name ?? p.OrganizationParent);
        var groups = string.Join('\n', people.Select(group => $"""
            <h2>{E(group.Key)}</h2>
            <ul>
            {string.Join('\n', group.Select(Choice))}
            </ul>
            """));
        return Page("Velg hvem du er", $"""
            <h1>Velg hvem du er</h1>
            <p>Dette er en innlogging for utvikling. Ingen av personene finnes.</p>
            <form method="post" action="authorize">
            <input type="hidden" name="client_id" value="{E(clientId)}">
            <input type="hidden" name="request_uri" value="{E(requestUri)}">
            {groups}
            </form>
            """);
    }

    public static IResult SignedOut() => Page("Du er logget ut", "<h1>Du er logget ut</h1>");

    private static string Describe(Identity person) => person.Choices.Count > 0
        ? $"{person.Choices.Count} steder å velge mellom"
        : string.Join(", ", person.Roles.Select(r => Vocabulary.Roles[r].Label));

    private static string E(string? text) => WebUtility.HtmlEncode(text ?? "");

    private static IResult Page(string title, string body) => Results.Content($"""
        <!doctype html>
        <html lang="nb">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} – Avvik (utvikling)</title>
        <link rel="icon" href="data:,">
        <style>{Style}</style>
        </head>
        <body><main>{body}</main></body>
        </html>
        """, "text/html; charset=utf-8");
}
