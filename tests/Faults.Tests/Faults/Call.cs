namespace Rerank.Faults.Tests.Faults;

/// <summary>What an operator asks of others.</summary>
internal enum Verb
{
    Get,
    List,
    Watch,
    Create,
    Apply,
    ApplyStatus,
    SetFinalizers,
    Delete,

    /// <summary>A document to the admin port of a router or host.</summary>
    Push,

    /// <summary>The status of a router or host.</summary>
    Ask,
}

/// <summary>One request.</summary>
/// <param name="Kind">Plural name of the resource; for routers and hosts <see cref="Processes"/>.</param>
/// <param name="Name">Of the object, or the address of the process; null for lists and watches.</param>
internal sealed record Call(Verb Verb, string Kind, string? Name)
{
    public const string Processes = "processes";

    public bool IsWrite => Verb is Verb.Create or Verb.Apply or Verb.ApplyStatus or Verb.SetFinalizers or Verb.Delete or Verb.Push;

    public bool IsToApiServer => Verb is not (Verb.Push or Verb.Ask);

    public override string ToString() => $"{Verb} {Kind} {Name}".TrimEnd();
}
