using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Stubs;

/// <summary>Dice that fall as a test wants.</summary>
internal sealed class LoadedDice : IDice
{
    public int Value { get; set; }

    public int Roll() => Value;
}
