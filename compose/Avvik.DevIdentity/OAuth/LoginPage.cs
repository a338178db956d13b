using System.Net;

namespace Avvik.DevIdentity.OAuth;

/// <summary>In place of BankID: a list of who one can be.</summary>
internal static class LoginPage
{
    public static IResult Of(string clientId, string requestUri)
    {
        static string E(string? text) => WebUtility.HtmlEncode(text ?? "");
        var people = string.Join('\n', Personas.All.Where(p => p.IsPerson).Select(p => $"<li><button name=\"persona\" value=\"{E(p.Subject)}\">{E(p.Name)}</button></li>"));
        return Results.Content($$"""
            <!doctype html>
            <html lang="nb">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Velg hvem du er – Avvik (utvikling)</title>
            <style>body{font:1.1rem/1.5 sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem}ul{list-style:none;padding:0}li{margin:.5rem 0}button{font:inherit;padding:.4rem .8rem;min-width:24rem;max-width:100%;text-align:left}</style>
            </head>
            <body>
            <main>
            <h1>Velg hvem du er</h1>
            <p>Dette er en innlogging for utvikling. Ingen av personene finnes.</p>
            <form method="post" action="authorize">
            <input type="hidden" name="client_id" value="{{E(clientId)}}">
            <input type="hidden" name="request_uri" value="{{E(requestUri)}}">
            <ul>
            {{people}}
            </ul>
            </form>
            </main>
            </body>
            </html>
            """, "text/html; charset=utf-8");
    }
}
